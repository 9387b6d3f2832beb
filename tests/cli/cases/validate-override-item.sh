riskpool validate -P positions.c.leverage=10 good.yaml
