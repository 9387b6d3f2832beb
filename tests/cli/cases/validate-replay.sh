replay="history.yaml -P market.model=replay"
riskpool validate $replay
sed -e 's/model: bootstrap/model: replay/' -e '/block:/d' -e '/^paths/d' history.yaml >replay.yaml
riskpool validate replay.yaml
riskpool validate --resolved replay.yaml | sed -n '/^paths/p; /^market/,/^account/p'
riskpool run replay.yaml -q -o replay.h5 2>/dev/null && riskpool show replay.h5 | sed -n 3p
for change in 'paths=10' 'market.start=2024-01-20' 'market.start=2024-01-02T12:00' 'market.start=soon' \
    'market.start=2024-01-10' 'horizon=12 d' 'market.assets.BTC.volatility=50%' 'market.assets.BTC.drift=3'; do
    echo "--- $change" >&2
    riskpool validate replay.yaml -P "$change" >&2
done
riskpool run replay.yaml -q -o target.h5 -P market.start=2024-01-03 --target-error 0.01
