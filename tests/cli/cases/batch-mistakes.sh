riskpool batch night-mistakes.yaml; echo $?
ls results 2>/dev/null
sed -i 's/stresses.*/stresses: crash.yaml/; s/^books.*/books: []/' night.yaml && riskpool batch night.yaml; echo $?
printf 'name: a\nbooks: []\nset: []\n' >list.yaml; riskpool batch list.yaml; echo $?
echo '[a, b]' >list.yaml; riskpool batch list.yaml; echo $?
riskpool batch; echo $?
riskpool batch night.yaml small.yaml; echo $?
riskpool batch nowhere.yaml; echo $?
riskpool batch --threads 0 night.yaml; echo $?
