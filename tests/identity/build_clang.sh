#!/usr/bin/env bash
# usage: build_clang.sh SOURCE BUILD: builds everything with clang, warnings as errors.
set -euo pipefail
command -v clang >/dev/null || { echo "clang is not here"; exit 77; }
cmake -S "$1" -B "$2" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release -DRISKPOOL_WERROR=ON \
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
cmake --build "$2" --parallel "$(nproc)"
