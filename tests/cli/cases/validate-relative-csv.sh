cd / && riskpool validate "$OLDPWD/good.yaml" | sed "s|.*/||"
