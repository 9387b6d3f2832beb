riskpool validate history.yaml
for change in 'market.prices.file=nope.csv' 'market.prices.file=days-gap.csv' 'market.prices.columns={ETH: ETHH}' \
    'market.prices.columns={ETH: DOGE}' 'market.prices.columns={ETC: DOGE}' 'market.prices.columns={ETH: BTC}' \
    'market.prices.columns=[BTC]' 'market.prices.from=2024-01-11' 'market.prices.from=yesterday' \
    'market.prices.to=2023-12-31' 'market.prices.sha256=0123' 'market.prices=days.csv' 'market.prices={flie: days.csv}' \
    'step=8 h' 'step=12 h' 'horizon=3 h' 'market.block=20 d' 'market.block=1 h' 'market.filter=garch' 'market.lambda=0.9' \
    'market.correlation=[[1, 0], [0, 1]]' 'market.correlation_blend=0.5' 'monitoring=continuous' \
    'sampling.antithetic=true' 'market.start=2024-01-02' 'market.model=gbm'; do
    echo "--- $change" >&2
    riskpool validate history.yaml -P "$change" >&2
done
riskpool validate --resolved history.yaml -P market.filter=ewma -P market.assets.BTC.volatility=50% -P \
    'market.prices={file: days.csv, from: 2024-01-02, to: 2024-01-11 12:00, columns: {ETH: BTC, BTC: ETH}}' >again.yaml
sed -n '/^market/,/^account/p' again.yaml
riskpool validate --resolved again.yaml | diff again.yaml - && echo the same again
