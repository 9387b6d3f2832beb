riskpool validate eight.yaml good.yaml missing.yaml
