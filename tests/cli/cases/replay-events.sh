riskpool run -q -n 2000 -o a.h5 small.yaml
riskpool replay a.h5 --worst cross
riskpool replay a.h5 --path 3 --json | head -20
