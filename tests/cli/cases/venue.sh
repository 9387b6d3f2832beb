riskpool inspect venue.yaml && riskpool inspect --json venue.yaml | tail -7
riskpool validate --resolved venue.yaml | sed -n /liquidation/,/alerts/p
riskpool validate --resolved -P venue=hyperliquid venue.yaml | sed -n /liquidation/,/alerts/p
riskpool validate --resolved -P liquidation.venue=binance -P liquidation.amount=tier-steps venue.yaml | sed -n '/ maintenance_base/,/alerts/p'
riskpool validate --resolved -P liquidation.tiers.BTC=3% venue.yaml | sed -n /liquidation/,/maintenance_base/p
riskpool validate --resolved -P liquidation.maintenance=3% -P liquidation.amount=full venue.yaml | grep liquidation:
riskpool validate --resolved venue.yaml >resolved.yaml && riskpool validate --resolved resolved.yaml | cmp - resolved.yaml && echo the same again
mkdir elsewhere && cp venue.yaml elsewhere && riskpool inspect -P venue=../venues/house.yaml elsewhere/venue.yaml | sed -n 2p
