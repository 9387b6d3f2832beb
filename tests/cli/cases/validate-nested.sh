head -c 10000 /dev/zero | tr "\\0" "[" >n.yaml; riskpool validate n.yaml
