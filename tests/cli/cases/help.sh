riskpool help | sed "1s/[0-9.]*:/N:/"
