mkdir folder; riskpool validate folder
