riskpool calibrate prices.csv --columns BTC,ETH,LUNA
riskpool calibrate prices.csv --columns BTC,BTC
