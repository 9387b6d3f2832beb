riskpool run -q -o out/ eight.yaml small.yaml nowhere.yaml 2>&1 | tail -3
echo "${PIPESTATUS[0]}" && ls out
