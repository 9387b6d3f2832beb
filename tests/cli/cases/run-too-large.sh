riskpool run -q small.yaml -n 1e11 -o no/such.h5 2>&1 | sed 's/; .* are available/; SIZE are available/'; echo ${PIPESTATUS[0]}
riskpool run -q small.yaml -n 1e11 -P output.paths=none -o no/such.h5 2>&1 | sed 's/; .* are available/; SIZE are available/'
ls -d no 2>/dev/null | wc -l
