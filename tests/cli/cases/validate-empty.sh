: >e.yaml; riskpool validate e.yaml
