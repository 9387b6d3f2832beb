# A model whose moves are given has no correlations that could be others; then what show tells of those that have.
riskpool validate history.yaml -P output.correlation_risk=true; echo $?
riskpool run -q -o a.h5 three.yaml -n 80000 -P output.correlation_risk=true &&
    riskpool show a.h5 | sed -n '/what it does/,$p' && riskpool show a.h5 --csv | grep -c '^correlation_risk,' &&
    riskpool show a.h5 --json | grep -c '"central_difference"'
