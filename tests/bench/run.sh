#!/usr/bin/env bash
# usage: run.sh [RISKPOOL]: the speed of the program against the same work in plain C with GSL, both whole processes,
# alternately in one go. Default: build/release/riskpool. Not part of pass or fail of the tests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
riskpool=${1:-$here/../../build/release/riskpool}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
read -ra flags < <(pkg-config --cflags --libs gsl)
"${CC:-cc}" -std=c11 -O3 -march=native -fno-math-errno -fopenmp "$here/peer_gsl.c" -o "$work/peer_gsl" "${flags[@]}" -lm
python=
for candidate in ${RISKPOOL_PYTHON:-} python3 /usr/bin/python3; do
    if "$candidate" -c 'import h5py' 2>/dev/null; then python=$candidate && break; fi
done
"${python:?no Python with h5py}" "$here/measure.py" "$riskpool" "$work/peer_gsl" "$here/reference.yaml" "$work"
