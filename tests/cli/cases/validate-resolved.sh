riskpool validate --resolved good.yaml
