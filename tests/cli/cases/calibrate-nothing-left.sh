riskpool calibrate prices.csv --columns BTC --from 2024-01-01
riskpool calibrate prices.csv --columns BTC,ETH/USDT --from 2023-01-09 --to 2023-01-11
riskpool calibrate prices.csv --columns BTC --window w=2023-01-03..2023-01-04
riskpool calibrate prices.csv --columns BTC,ETH/USDT --model regimes
