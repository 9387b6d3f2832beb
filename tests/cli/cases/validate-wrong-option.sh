riskpool validate --resolve good.yaml; riskpool validate --fast good.yaml
