riskpool advise; echo $?
riskpool advise small.yaml three.yaml; echo $?
riskpool advise nowhere.yaml; echo $?
riskpool advise --objective es small.yaml; echo $?
riskpool advise --objective es49 small.yaml; echo $?
riskpool advise --objective loss small.yaml; echo $?
riskpool advise --budget 3001 small.yaml; echo $?
riskpool advise --budget none small.yaml; echo $?
riskpool advise --margins 1,0 small.yaml; echo $?
riskpool advise --margins , small.yaml; echo $?
riskpool advise --leverages 1,two small.yaml; echo $?
riskpool advise --margins 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1 small.yaml; echo $?
riskpool advise --frontier time small.yaml; echo $?
riskpool advise --frontier es small.yaml; echo $?
riskpool advise --screen 1 small.yaml; echo $?
riskpool advise -j 0 small.yaml; echo $?
riskpool advise --what small.yaml; echo $?
riskpool advise -q -P account.balance=90 small.yaml; echo $?
riskpool reverse --target any_liquidation=50% --scale leverage:btd small.yaml; echo $?
