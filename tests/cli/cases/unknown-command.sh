riskpool valdate good.yaml
