printf "name: x\n---\nname: y\n" >t.yaml; riskpool validate t.yaml
