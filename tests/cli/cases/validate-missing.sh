riskpool validate missing.yaml
