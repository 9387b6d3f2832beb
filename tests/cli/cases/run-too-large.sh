# The memory is bounded, the disk is what it takes.
riskpool run -q small.yaml -n 1e11 -o no/such.h5 2>&1 | sed 's/here, .*/here, SIZE/'; echo ${PIPESTATUS[0]}
riskpool run -q small.yaml -n 1e11 -P output.paths=none -o no/such.h5 2>&1 | sed 's/here, .*/here, SIZE/'
riskpool run -q small.yaml -n 1e11 --memory 1000TB -o no/such.h5 2>&1 | sed 's/; .* are available/; SIZE are available/'; echo ${PIPESTATUS[0]}
riskpool run -q --memory much small.yaml; echo $?
ls -d no 2>/dev/null | wc -l
