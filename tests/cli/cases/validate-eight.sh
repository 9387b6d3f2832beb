riskpool validate eight.yaml
