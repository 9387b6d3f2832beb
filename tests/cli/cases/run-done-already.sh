riskpool run -q -o a.h5 small.yaml && cp a.h5 b.h5 && riskpool run -o a.h5 small.yaml 2>&1 | head -1 && cmp a.h5 b.h5
