riskpool help batch
