riskpool validate -P venue=hause venue.yaml
riskpool validate -P venue=./hause.yaml venue.yaml; echo $?
riskpool validate -P venue=okx venue.yaml
riskpool validate -P venue=bybit venue.yaml
riskpool validate -P venue=wrong venue.yaml
riskpool validate -P 'venue={name: house}' venue.yaml
riskpool validate -P venue=house -P liquidation.venue=okx venue.yaml
riskpool validate -P liquidation.restore_to=110% venue.yaml
riskpool validate -P venue=small.yaml venue.yaml; echo $?
