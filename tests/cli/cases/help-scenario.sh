riskpool help scenario
