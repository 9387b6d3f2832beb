riskpool run -q -o a.h5 small.yaml && cp a.h5 b.h5
riskpool run -q -o a.h5 --seed 8 small.yaml
echo "$?" && cmp a.h5 b.h5
riskpool run -q -o a.h5 --seed 8 --fresh small.yaml
echo "$?" && cmp -s a.h5 b.h5
