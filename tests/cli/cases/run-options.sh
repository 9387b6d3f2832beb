riskpool run -q --threads 0 small.yaml; echo $?
riskpool run -q --target-error 5 small.yaml; echo $?
riskpool run -q --paths many small.yaml; echo $?
riskpool run -q --modes crss small.yaml; echo $?
riskpool run -q --sharp 0/2 small.yaml; echo $?
riskpool run -q --shard 2/2 small.yaml; echo $?
riskpool run -q --max-time soon small.yaml; echo $?
riskpool run -q --shard 0/2 --fresh small.yaml; echo $?
riskpool run; echo $?
riskpool run -q -o - small.yaml; echo $?
riskpool run -q --fresh -o small.yaml small.yaml; echo $?
cp small.yaml again.yaml && riskpool run -q -o both/ small.yaml again.yaml; echo $?
