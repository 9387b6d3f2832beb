#!/usr/bin/env bash
# Installs what is missing, builds, runs all tests, and ends with the line `tests: N passed, N failed, N skipped`.
# usage: test.sh [--long]; --long adds what takes longer: an hour of fuzzing, mutants, larger analytic runs, 1e9 normals,
# dieharder, races between threads, a Slurm on this machine.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
select=(--label-exclude long)
case "${1:-}" in
    --long) select=() ;;
    "") ;;
    *) echo "usage: test.sh [--long]" >&2; exit 64 ;;
esac
jobs=$(nproc) passed=0 failed=0 skipped=0

finish() {
    [ $((passed + failed)) -gt 0 ] || failed=1
    echo "tests: $passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

# step NAME COMMAND...: a step that must work for the rest to make sense; counts only when it fails.
step() {
    local name=$1 log=build/test-logs/$1.log
    shift
    mkdir -p build/test-logs
    echo "== $name"
    "$@" >"$log" 2>&1 || { tail -n 60 "$log"; echo "$name failed; all of it in $log"; failed=$((failed + 1)); return 1; }
}

# run_tests PRESET [CTEST OPTION...]: counts what ctest reports, one line a test.
run_tests() {
    local preset=$1 log=build/test-logs/ctest-$1.log
    shift
    echo "== tests ($preset)"
    ctest --test-dir "build/$preset" --parallel "$jobs" --output-on-failure "$@" 2>&1 | tee "$log"
    passed=$((passed + $(grep -cE '^ *[0-9]+/[0-9]+ Test +#.* Passed ' "$log")))
    skipped=$((skipped + $(grep -cE '^ *[0-9]+/[0-9]+ Test +#.*\*\*\*Skipped' "$log")))
    failed=$((failed + $(grep -E '^ *[0-9]+/[0-9]+ Test +#' "$log" | grep -cvE ' Passed |\*\*\*Skipped')))
}

scripts/install.sh --tests || { failed=1; finish; }
step configure cmake --preset release -DBUILD_TESTING=ON -DRISKPOOL_WERROR=ON || finish
step build cmake --build build/release --parallel "$jobs" || finish
step configure-sanitize cmake --preset sanitize &&
    step build-sanitize cmake --build build/sanitize --parallel "$jobs"
run_tests release "${select[@]}"
[ -f build/sanitize/CTestTestfile.cmake ] && run_tests sanitize --label-regex unit
finish
