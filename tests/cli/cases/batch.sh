# Every combination, under its name; the same as `run` writes, and skipped the second time.
riskpool batch night.yaml 2>&1 | sed -E 's/in [0-9.]+ s$/in some s/'; echo "${PIPESTATUS[0]}"
ls results/friday
riskpool run -q small.yaml --stress crash.yaml --modes isolated,cross -n 2000 -P output.paths=tail -P "confidence=[90%, 99%]" \
    -o alone.h5 && cmp alone.h5 results/friday/small+crash.h5 && echo same
cut -d, -f1-5,7-10,14 results/friday/summary.csv
riskpool batch -q night.yaml 2>/dev/null; echo $?
cut -d, -f6 results/friday/summary.csv | sort | uniq -c
