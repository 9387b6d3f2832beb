riskpool run -q -o a.h5 -P limits.isolated.any_liquidation_frequency=50% small.yaml; echo $?
riskpool run -q -o b.h5 -P limits.cross.any_liquidation_frequency=50% small.yaml; echo $?
riskpool run -q -o c.h5 -P limits.isolated.any_liquidation_frequency=1% small.yaml; echo $?
riskpool run -q -o c.h5 -P limits.isolated.any_liquidation_frequency=1% small.yaml; echo $?
