#!/usr/bin/env bash
# usage: coverage.sh SOURCE BUILD [CTEST-OPTION...]: lines and branches that the tests reach, file by file, and all. Built by
# clang; without options all tests run but those that take long, look at the sources or measure time and memory.
set -euo pipefail
source=$(realpath "$1") build=$2
shift 2
[ $# -gt 0 ] || set -- -LE "long|quality" -E "^(bench|memory|consumer|fuzz|identity|backtest|pictures|readers)"
for tool in clang llvm-profdata llvm-cov; do
    command -v "$tool" >/dev/null || { echo "$tool is not here (Debian: clang, llvm)"; exit 77; }
done
flags="-fprofile-instr-generate -fcoverage-mapping"
cmake -S "$source" -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS="$flags" \
    -DCMAKE_EXE_LINKER_FLAGS="$flags" -DCMAKE_SHARED_LINKER_FLAGS="$flags" >"$build.configure.log"
cmake --build "$build" --parallel "$(nproc)" >"$build.build.log" 2>&1

rm -rf "$build/profiles"
export LLVM_PROFILE_FILE=$PWD/$build/profiles/%4m.profraw
[ "${build#/}" = "$build" ] || LLVM_PROFILE_FILE=$build/profiles/%4m.profraw
ctest --test-dir "$build" --output-on-failure "$@" >"$build.ctest.log" || tail -n 20 "$build.ctest.log" >&2

llvm-profdata merge --sparse -o "$build/all.profdata" "$build"/profiles/*.profraw
objects=()
for test in "$build"/tests/test_* "$build"/tests/export_paths; do
    [ ! -x "$test" ] || objects+=(-object "$test")
done
llvm-cov report "$build/riskpool" "${objects[@]}" -instr-profile "$build/all.profdata" -show-branch-summary \
    -show-region-summary=false "$source/src" |
    awk '/^(Filename|TOTAL|-)/ || NF > 6 { sub(/.*\/src\//, ""); print }' | sed 's/^Filename  */Filename  /' |
    awk '{ printf "%-28s", $1; for (i = 2; i <= NF; i++) printf " %9s", $i; print "" }'
