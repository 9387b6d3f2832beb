riskpool validate
