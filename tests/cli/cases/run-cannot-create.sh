echo file >blocked
riskpool run -q -o blocked/a.h5 small.yaml
