# What each level says of a scenario that there is a warning about, and of a limit that is breached.
run="riskpool run --fresh -n 2000 -o a.h5 -P limits.cross.mean_loss=-5000 small.yaml --stress crash.yaml"
$run -q >&2; echo "-q $?"
for level in error warning info debug; do
    echo "-- $level" >&2
    $run --log-level $level 2>said; echo "$level $?"
    grep -E '^(riskpool|crash|a.h5|debug|cross)' said | sed -E 's/[0-9.]+ s$/X s/; s/\(x86.*/.../; s/, scenario.*//' >&2
done
riskpool run --log-level loud small.yaml; echo $?
riskpool help run | grep -A 4 -e --log-level
