riskpool template
