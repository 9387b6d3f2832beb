#!/usr/bin/env bash
# usage: run.sh PROGRAM [--update] [CASE...]: runs the scripts of cases/ in the folder inputs/ and compares what they print and
# return with the files beside them. With --update the files are written anew, for a reader to review.
set -uo pipefail
program=$(realpath "${1:?usage: run.sh PROGRAM [--update] [CASE...]}")
shift
update=0
[ "${1:-}" = --update ] && { update=1; shift; }
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PATH="$work/bin:$PATH" LC_ALL=C.UTF-8 OMP_NUM_THREADS=2
mkdir "$work/bin" && ln -s "$program" "$work/bin/riskpool"
failed=0 n=0

# compare CASE WHAT ACTUAL: against CASE.WHAT, where a missing file stands for an empty one.
compare() {
    local expected="$here/cases/$1.$2"
    if [ $update = 1 ]; then
        rm -f "$expected"
        if [ -s "$3" ]; then cp "$3" "$expected"; fi
    elif ! diff -u --label "expected $2" --label "actual $2" "$([ -f "$expected" ] && echo "$expected" || echo /dev/null)" "$3"; then
        return 1
    fi
}

[ $# -gt 0 ] || set -- $(cd "$here/cases" && ls -- *.sh | sed 's/\.sh$//')
for case in "$@"; do
    rm -rf "$work/in" && cp -r "$here/inputs" "$work/in"
    (cd "$work/in" && timeout 60 bash "$here/cases/$case.sh" >"$work/stdout" 2>"$work/stderr" </dev/null)
    echo $? >"$work/exit"
    good=1
    for what in stdout stderr exit; do
        compare "$case" "$what" "$work/$what" || good=0
    done
    n=$((n + 1))
    [ $good = 1 ] || { echo "case $case differs"; failed=$((failed + 1)); }
done
echo "$n cases, $failed differ"
[ $failed = 0 ]
