echo precious >a.h5
riskpool run -q -o a.h5 small.yaml
echo "$?" && cat a.h5
