# Bad combinations are named before anything runs, each mistake once, and the good ones run.
sed -i 's/^books.*/books: [eight.yaml, small.yaml, nowhere.yaml]/; s/^set.*/set: {liquidation.fees: 1%}/' night.yaml
riskpool batch night.yaml -o one 2>&1 | grep -v '^  '; echo "${PIPESTATUS[0]}"
sed -i '/^set/d' night.yaml
riskpool batch -q night.yaml -o two 2>&1 | grep -v '^  ' | grep -v ': error: '; echo "${PIPESTATUS[0]}"
ls two; cut -d, -f1-7 two/summary.csv
