# Ten thousand runs are the most.
{ echo "name: many"; echo "books:"; seq -f ' - b%g.yaml' 101; echo "stresses:"; seq -f ' - s%g.yaml' 100; } >many.yaml
riskpool batch many.yaml; echo $?
