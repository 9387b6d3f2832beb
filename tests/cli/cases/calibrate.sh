riskpool calibrate prices.csv --columns BTC,ETH/USDT --window first=2023-01-03..2023-01-06
