riskpool help calibrate
