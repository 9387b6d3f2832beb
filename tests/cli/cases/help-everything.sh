for c in run batch merge validate inspect reverse advise show template help; do riskpool help $c >"$c.txt" && riskpool $c --help | cmp - "$c.txt" || exit; done
