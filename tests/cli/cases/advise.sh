riskpool advise -q three.yaml; echo $?
riskpool advise -q --objective any_liquidation --budget 4000 --margins 1 --leverages 1,0.5 three.yaml; echo $?
riskpool advise -q --objective es95 --frontier loss --margins 1 --leverages 1 -P account.balance=4900 three.yaml; echo $?
riskpool advise -q --margins 1 --leverages 1 -n 500 --seed 8 --stress crash.yaml -j 1 small.yaml; echo $?
riskpool advise -q --json --margins 1 --leverages 1 --objective wipeout -n 500 small.yaml | sed -n 1,70p; echo $?
riskpool advise -q -P positions.btc.quantity=0.001 small.yaml; echo $?
