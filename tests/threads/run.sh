#!/usr/bin/env bash
# usage: run.sh SOURCE BUILD: no race between threads. The program built by clang with its thread sanitizer, and archer,
# which explains OpenMP to it: through the laws of threads, the scenarios that must give the same bytes, and saved batches.
set -euo pipefail
source=$(realpath "$1") build=$2
command -v clang >/dev/null || { echo "clang is not here"; exit 77; }
archer=$(find "$(clang -print-resource-dir)/../.." /usr/lib/llvm-*/lib -maxdepth 1 -name libarcher.so 2>/dev/null | head -n 1)
[ -n "$archer" ] || { echo "libarcher.so is not here (Debian: libomp-dev)"; exit 77; }
export OMP_TOOL_LIBRARIES=$archer TSAN_OPTIONS=ignore_noninstrumented_modules=1:exitcode=66

# That it would see one: a sum without its reduction; and that it sees none where there is none.
mkdir -p "$build/self"
cat >"$build/self/sum.c" <<'C'
#include <stdio.h>
int main(void) {
    long sum = 0;
#pragma omp parallel for num_threads(4) PROTECTED
    for (int i = 0; i < 100000; i++)
        sum += i;
    return printf("%ld\n", sum) < 0;
}
C
for how in "" "reduction(+:sum)"; do
    clang -fopenmp -fsanitize=thread -g "-DPROTECTED=$how" "$build/self/sum.c" -o "$build/self/sum"
    code=0 && "$build/self/sum" >/dev/null 2>"$build/self/said" || code=$?
    if [ -z "$how" ] && [ "$code" -ne 66 ]; then echo "a race is not seen"; exit 1; fi
    if [ -n "$how" ] && [ "$code" -ne 0 ]; then cat "$build/self/said"; echo "a race is seen where none is"; exit 1; fi
done

cmake -S "$source" -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
    -DCMAKE_C_FLAGS="-fsanitize=thread -g" -DCMAKE_EXE_LINKER_FLAGS=-fsanitize=thread \
    -DCMAKE_SHARED_LINKER_FLAGS=-fsanitize=thread >"$build/configure.log"
cmake --build "$build" --parallel "$(nproc)" --target riskpool_program

riskpool=$build/riskpool python=${RISKPOOL_PYTHON:-/usr/bin/python3}
"$python" "$source/tests/laws/run.py" "$riskpool" --only market_is_independent
"$source/tests/identity/run.sh" "$riskpool"
"$python" "$source/tests/spool/run.py" "$riskpool" shards merge
