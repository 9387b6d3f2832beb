riskpool run -q --threads 0 small.yaml; echo $?
riskpool run -q --target-error 5 small.yaml; echo $?
riskpool run -q --paths many small.yaml; echo $?
riskpool run -q --modes crss small.yaml; echo $?
riskpool run -q --shard 0/2 small.yaml; echo $?
riskpool run; echo $?
