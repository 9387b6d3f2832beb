riskpool calibrate prices.csv --columns ETH/USDT,BTC --from 2023-01-04 --to 2023-01-13 --method ewma:5d -o market.yaml && tail -n 8 market.yaml
