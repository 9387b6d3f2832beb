printf "\\x7fELF\\x02\\x01\\x00\\xff" >b.yaml; riskpool validate b.yaml
