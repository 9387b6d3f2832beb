riskpool validate procedure.yaml
riskpool validate -P liquidation.fraction=0 -P liquidation.fee_base=notional -P liquidation.amount=fullest procedure.yaml 2>&1 | grep error:
riskpool validate -P liquidation.fraction=1.5 procedure.yaml 2>&1 | grep "fraction'"
