# A breached limit is counted where it belongs; one process after the other.
riskpool run -o out -P limits.isolated.any_liquidation_frequency=1% -P limits.cross.any_liquidation_frequency=99% small.yaml good.yaml 2>&1 |
    sed -E 's/in [0-9.]+ s$/in some s/'; echo "${PIPESTATUS[0]}"
cut -d, -f2-5,21,22 out/summary.csv
riskpool run -q -o out -P limits.isolated.any_liquidation_frequency=1% -P limits.cross.any_liquidation_frequency=99% small.yaml good.yaml; echo $?
