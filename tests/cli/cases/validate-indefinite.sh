riskpool validate indefinite.yaml; riskpool validate -P market.repair=nearest indefinite.yaml
