# A table over all scenarios, CSV and JSON; what is done is skipped, and in the table again.
riskpool run -o out/ small.yaml eight.yaml good.yaml nowhere.yaml 2>&1 | sed -n -E 's/in [0-9.]+ s$/in some s/; /^eight.yaml: the/,$p'; echo "${PIPESTATUS[0]}"
cp out/small.h5 before.h5
riskpool run -o out/ small.yaml good.yaml 2>&1; echo $?
cmp before.h5 out/small.h5 && cut -d, -f1-8,12 out/summary.csv && wc -l <out/summary.json
riskpool run -q --json -o out small.yaml good.yaml | grep -c '"done already"'
# The level that all have; none.
riskpool run -o out/ small.yaml good.yaml -P confidence=80% --fresh 2>&1 | grep -o 'ES 80 %'
sed 's/^name.*/name: other/; 1i confidence: [70%]' small.yaml >other.yaml
riskpool run -o out2 small.yaml other.yaml 2>&1 | tail -7; cut -d, -f12-14 out2/summary.csv
