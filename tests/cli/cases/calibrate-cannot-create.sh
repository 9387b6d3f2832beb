riskpool calibrate prices.csv --columns BTC -o no/such/folder/x.yaml
