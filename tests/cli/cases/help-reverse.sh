riskpool help reverse
