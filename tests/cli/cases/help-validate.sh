riskpool help validate && riskpool validate --help | diff - <(riskpool help validate)
