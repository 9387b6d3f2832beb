riskpool inspect slippage.yaml
riskpool inspect --json slippage.yaml | grep exit_leverage_limit
riskpool inspect -P slippage.shape=linear slippage.yaml | grep "^  eth"
riskpool validate --resolved slippage.yaml | sed -n '/^slippage/,/^alerts/p; /^stress/,/^conf/p'
riskpool validate --resolved -P slippage.depth=5e6 -P slippage.half_life="10 min" slippage.yaml | sed -n '/^slippage/,/^alerts/p'
