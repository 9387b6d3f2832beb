riskpool run -q --json -o crash.h5 --stress crash.yaml small.yaml | grep -A1 -m1 any_liquidation_frequency
riskpool validate --stress crash.yaml --resolved small.yaml | sed -n /stress/,/confidence/p
riskpool validate --stress crash.yaml -P horizon=3h small.yaml; echo $?
riskpool validate --stress nowhere.yaml small.yaml; echo $?
riskpool validate --stress good.yaml small.yaml; echo $?
riskpool inspect --stress crash.yaml small.yaml | head -1
riskpool validate --stress crash.yaml -P "stress=[{at: 1 h, return: {BTC: -1%}}]" --resolved small.yaml | grep -c "at:"
