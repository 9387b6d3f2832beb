#!/usr/bin/env bash
# usage: dieharder.sh WORDS: the words behind the normals through dieharder (Brown, Eddelbuettel and Bauer), every test on
# the stream from its start. A p-value beyond 1e-6 is FAILED, beyond 0.005 at either end WEAK: of some 70 a sound generator has
# more than four WEAK once in a thousand. The words never change, and so neither does the outcome.
set -euo pipefail
words=$1 seed=20251010 most_weak=4 least_passed=60
command -v dieharder >/dev/null || { echo "dieharder is not here"; exit 77; }

# TEST or TEST:NTUPLE. Left out: 14, which its authors say not to use, and what takes minutes each: 201, 204, most of 203 and
# 200 with long tuples.
tests=({0..13} {15..17} {100..102} 200:{1..6} 202:{2..5} 203:{0,1} {205..209})

log=$(mktemp) && trap 'rm -f "$log"' EXIT
columns=(-D test_name -D ntuple -D psamples -D tsamples -D pvalues -D assessment)
for test in "${tests[@]}"; do
    IFS=: read -r number ntuple <<<"$test"
    { "$words" "$seed" || true; } | # ends when nobody reads any more
        dieharder -g 200 -d "$number" ${ntuple:+-n "$ntuple"} "${columns[@]}" | tee -a "$log"
done
count() { grep -c "$1" "$log" || true; }
passed=$(count PASSED) weak=$(count WEAK) failed=$(count FAILED)
echo "$passed passed, $weak weak, $failed failed in $SECONDS s"
[ "$failed" -eq 0 ] && [ "$weak" -le "$most_weak" ] && [ "$passed" -ge "$least_passed" ]
