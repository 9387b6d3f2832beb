riskpool calibrate bad-prices.csv
