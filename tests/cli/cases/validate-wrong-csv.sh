printf "1,0.5\n0.5x,1\n" >correlation.csv; riskpool validate good.yaml
