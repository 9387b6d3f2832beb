riskpool template x
