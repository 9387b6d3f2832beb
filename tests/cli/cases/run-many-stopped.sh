# A signal: the scenario in hand is spooled, the rest is named, and all are in the summary.
sed 's/^name.*/name: third/' small.yaml >third.yaml
sed -e 's/^name.*/name: second/; s/^step.*/step: 1 min/; s/^paths.*/paths: 2000000/' small.yaml >second.yaml
echo "output: {paths: none}" >>second.yaml
riskpool run -o out small.yaml second.yaml third.yaml 2>said &
until [ -e out/second.h5.part/manifest.json ]; do sleep 0.1; done
kill -TERM $! && wait $!
echo $? && ls -d out/*.h5*
grep -v '^second: \|^small .*\|mean loss' said | sed -E 's/in [0-9.]+ s$/in some s/; s/after [0-9]+ of/after some of/'
cut -d, -f1-6 out/summary.csv
riskpool run -q --max-time 0.3s -o out small.yaml second.yaml third.yaml 2>&1 | sed -E 's/after [0-9]+ of/after some of/'; echo "${PIPESTATUS[0]}"
