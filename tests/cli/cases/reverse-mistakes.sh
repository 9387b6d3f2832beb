riskpool reverse --target any_liquidation=1% --scale volatility -q --from 1 small.yaml; echo $?
riskpool reverse --target any_liquidation=99.9% --scale volatility -q --to 2 small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale stress small.yaml; echo $?
riskpool reverse --target any_liquidaton=50% --scale leverage small.yaml; echo $?
riskpool reverse --target cros.any_liquidation=50% --scale leverage small.yaml; echo $?
riskpool reverse --target cross.liquidation_frequency.eth=50% --scale leverage small.yaml; echo $?
riskpool reverse --target cross.any_liquidation=half --scale leverage small.yaml; echo $?
riskpool reverse --target any_liquidation --scale leverage small.yaml; echo $?
riskpool reverse --scale leverage small.yaml; echo $?
riskpool reverse --target any_liquidation=50% small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale levrage small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage --from 0 small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage --from 3 --to 2 small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage --to many small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage -j 0 small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage small.yaml good.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage nowhere.yaml; echo $?
