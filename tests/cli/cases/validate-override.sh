riskpool validate --resolved -P positions.a.leverage=10 -P paths=1e5 -P output.paths=none good.yaml | grep -E "name: a,|paths"
