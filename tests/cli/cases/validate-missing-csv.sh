rm correlation.csv; riskpool validate good.yaml
