#!/usr/bin/env bash
# usage: run.sh SOURCE BUILD [SECONDS]: fuzzes the reader of scenarios, that of CSV and assignments, calibration, and the files of
# a spool, from the project's scenarios and the kept corpus. What it finds stays in BUILD/found.
set -euo pipefail
source=$(realpath "$1") build=$2 seconds=${3:-60}
command -v clang >/dev/null || { echo "clang is not here"; exit 77; }
cmake -S "$source" -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-g -O1" \
    -DRISKPOOL_SANITIZE=ON -DRISKPOOL_FUZZ=ON >"$build.configure.log"
cmake --build "$build" --parallel "$(nproc)" --target fuzz_scenario --target fuzz_override --target fuzz_prices \
    --target fuzz_spool
mkdir -p "$build/found"

# fuzz TARGET SECONDS CORPUS...: new inputs go to a folder of the build, the kept ones are only read.
fuzz() {
    local target=$1 time=$2
    shift 2
    mkdir -p "$build/corpus-$target"
    "$build/tests/$target" -max_total_time="$time" -timeout=60 -rss_limit_mb=2048 -max_len=20000 -verbosity=0 \
        -print_final_stats=1 -dict="$source/tests/fuzz/scenario.dict" -artifact_prefix="$build/found/" \
        "$build/corpus-$target" "$@"
}
mkdir -p "$build/corpus-fuzz_scenario" && cp "$source"/scenarios/*.yaml "$build/corpus-fuzz_scenario"
fuzz fuzz_scenario $((seconds / 2)) "$source/tests/fuzz/corpus"
fuzz fuzz_override $((seconds / 4)) "$source/tests/fuzz/corpus"
fuzz fuzz_prices $((seconds / 8)) "$source/tests/fuzz/corpus-prices"
fuzz fuzz_spool $((seconds / 8)) "$source/tests/fuzz/corpus-spool"
