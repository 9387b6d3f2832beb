printf "name: x\nmarket:\n\tmodel: gbm\n" >t.yaml; riskpool validate t.yaml
