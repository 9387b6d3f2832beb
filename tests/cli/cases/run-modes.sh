riskpool run -q --json --modes cross -o a.h5 small.yaml | grep -c '"isolated"'
riskpool run -q --json -o b.h5 small.yaml | grep -c '"isolated"'
