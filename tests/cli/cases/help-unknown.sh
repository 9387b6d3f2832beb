riskpool help senario
