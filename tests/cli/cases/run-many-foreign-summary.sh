# Somebody's own summary.csv stays, and nothing runs.
mkdir out && echo mine >out/summary.csv
riskpool run -q -o out small.yaml good.yaml; echo $?
ls out && cat out/summary.csv
riskpool run -q -o out small.yaml good.yaml --fresh; echo $?
head -c 9 out/summary.csv; echo
echo '{}' >out/summary.json; riskpool run -q -o out small.yaml good.yaml; echo $?
rm out/summary.json && mkdir out/summary.json; riskpool run -q --fresh -o out small.yaml good.yaml; echo $?
