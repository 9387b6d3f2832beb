truncate -s 100M large.yaml; riskpool validate large.yaml
