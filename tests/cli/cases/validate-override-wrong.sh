riskpool validate -P positions.a.levrage=10 good.yaml
