riskpool help advise
