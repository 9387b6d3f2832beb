riskpool validate slippage-mistakes.yaml
sed '/^slippage/d' slippage.yaml >no-slippage.yaml
riskpool validate no-slippage.yaml
sed 's/^slippage.*/slippage: {shape: linear}/' slippage.yaml >no-depth.yaml
riskpool validate no-depth.yaml
sed '/^slippage/d; /^stress/,$d' slippage.yaml >plain.yaml
riskpool validate --stress slippage.yaml plain.yaml 2>&1 | grep -v "needs"
