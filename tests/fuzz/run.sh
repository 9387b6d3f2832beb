#!/usr/bin/env bash
# usage: run.sh SOURCE BUILD [SECONDS]: fuzzes the scenario reader, starting from the project's scenarios and the kept
# corpus. What it finds stays in BUILD/found.
set -euo pipefail
source=$(realpath "$1") build=$2 seconds=${3:-60}
command -v clang >/dev/null || { echo "clang is not here"; exit 77; }
cmake -S "$source" -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG="-g -O1" \
    -DRISKPOOL_SANITIZE=ON -DRISKPOOL_FUZZ=ON >"$build.configure.log"
cmake --build "$build" --parallel "$(nproc)" --target fuzz_scenario
mkdir -p "$build/corpus" "$build/found"
cp "$source"/scenarios/*.yaml "$build/corpus"
"$build/tests/fuzz_scenario" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=20000 -verbosity=0 \
    -print_final_stats=1 -dict="$source/tests/fuzz/scenario.dict" -artifact_prefix="$build/found/" \
    "$build/corpus" "$source/tests/fuzz/corpus"
