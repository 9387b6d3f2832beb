riskpool validate --resolved good.yaml >r.yaml && riskpool validate --resolved r.yaml | cmp - r.yaml
