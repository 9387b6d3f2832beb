riskpool calibrate nowhere.csv
