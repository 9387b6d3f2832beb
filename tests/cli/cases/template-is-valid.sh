riskpool template >t.yaml && riskpool validate t.yaml
