riskpool reverse --target isolated.any_liquidation_frequency=30% --scale volatility -q small.yaml; echo $?
riskpool reverse --target any_liquidation=30% --scale leverage -q -j 2 --seed 8 -n 2000 small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale stress --stress crash.yaml -q small.yaml; echo $?
riskpool reverse --target cross.mean_loss=100 --scale stress --stress crash.yaml -q --json small.yaml; echo $?
riskpool reverse --target isolated.any_liquidation=90% --scale leverage -q --from 10 --to 40 small.yaml; echo $?
riskpool reverse --target cross.any_liquidation=10% --scale leverage:satellite -q three.yaml; echo $?
riskpool reverse --target cross.any_liquidation=10% --scale leverage:satellite -q --json three.yaml; echo $?
