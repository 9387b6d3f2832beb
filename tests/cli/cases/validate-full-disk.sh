riskpool validate --resolved good.yaml >/dev/full
