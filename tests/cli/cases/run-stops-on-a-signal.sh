# The first signal lets the batch in hand finish; no results, and the code says that the run stopped early.
riskpool run -q -n 2e6 -P "step=1 min" -P output.paths=none -o a.h5 small.yaml 2>said &
sleep 0.5 && kill -TERM $! && wait $!
echo $? && ls a.h5 2>/dev/null | wc -l
sed -E 's/after [0-9]+ of/after some of/; s/; .*//' said
