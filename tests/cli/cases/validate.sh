riskpool validate good.yaml
