riskpool calibrate prices.csv --columns BTC,USDC
