# A series that is too short, stops on the wrong side, a top-up without a wallet: all at once, each with its place.
riskpool validate small.yaml -P "carry={funding: {file: funding-short.csv}}" -P positions.btc.stop_loss=61000 \
    -P "account={currency: USDT, balance: 1000, top_up: {below: 150%}}"
echo $?
riskpool validate small.yaml -P "carry={funding: {file: funding-short.csv}, funding_interval: 12 h}" --resolved | grep -A1 ^carry
