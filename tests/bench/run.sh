#!/usr/bin/env bash
# usage: run.sh [--tiny|--quick|--long] [-o FOLDER] [--components] [--publish] [BUILD]: the speed of the program against the
# same work in C with GSL, NumPy and QuantLib, its sweeps, and the sum of its components; writes bench.md, bench.png and bench.json.
#   BUILD          folder of the build [build/release]        --quick, --long   small sizes; up to 1e7 paths
#   -o FOLDER      where results go [build/bench]             --components      only the components, as JSON
#   --tiny         what the tests do: all of it builds, runs and agrees, and the times mean nothing
#   --publish      also put them into README.md and tests/bench/bench.png
# No time decides; it fails only when a peer's answer differs by more than chance.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$root/build/release output=$root/build/bench size=usual only_components= publish=()
while [ $# -gt 0 ]; do
    case $1 in
    --tiny) size=tiny ;;
    --quick) size=quick ;;
    --long) size=long ;;
    --publish) publish=(--publish "$root/README.md") ;;
    --components) only_components=1 ;;
    -o) output=${2:?-o needs a folder} && shift ;;
    -h | --help) sed -n '2,8s/^# //p' "$0" && exit ;;
    -*) echo "run.sh: unknown option $1" >&2 && exit 64 ;;
    *) build=$1 ;;
    esac
    shift
done
for file in riskpool libriskpool.a; do
    [ -e "$build/$file" ] || { echo "run.sh: no $file in $build: build first" >&2 && exit 66; }
done
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

# The instruction sets of CMakeLists.txt, and its flags.
declare -A level=([v3]="-march=x86-64-v3" [v4]="-march=x86-64-v4 -mprefer-vector-width=512")
exact=(-std=c11 -O3 -fopenmp -fno-math-errno -fno-trapping-math -ffp-contract=off -D_GNU_SOURCE)
if [ "$(uname -m)" = x86_64 ]; then
    read -ra libraries < <(PKG_CONFIG_PATH=$build pkg-config --static --libs riskpool | sed 's/-lriskpool//')
    for name in "${!level[@]}"; do
        # shellcheck disable=SC2086 # a level is several words
        "${CC:-cc}" "${exact[@]}" ${level[$name]} -I"$root/src" -I"$root/include" "$here/components.c" \
            "$build/libriskpool.a" -o "$work/components_$name" "${libraries[@]}"
    done
fi
if [ "$only_components" ]; then
    for name in v3 v4; do
        if RISKPOOL_ISA=$name "$build/riskpool" --version | grep -q "$name)"; then
            RISKPOOL_ISA=$name "$work/components_$name" "$here/reference.yaml"
        fi
    done
    exit
fi

fast=(-O3 -march=native -fno-math-errno)
read -ra gsl < <(pkg-config --cflags --libs gsl)
"${CC:-cc}" -std=c11 "${fast[@]}" -fopenmp "$here/peer_gsl.c" -o "$work/peer_gsl" "${gsl[@]}" -lm
if echo '#include <ql/version.hpp>' | "${CXX:-c++}" -x c++ -E - >"$work/probe" 2>&1; then
    "${CXX:-c++}" -std=c++17 "${fast[@]}" "$here/peer_quantlib.cpp" -o "$work/peer_quantlib" -lQuantLib
else
    echo "QuantLib is skipped: no libquantlib0-dev, or no C++ compiler" >&2
fi
python=
for candidate in ${RISKPOOL_PYTHON:-} python3 /usr/bin/python3; do
    if "$candidate" -c 'import h5py, matplotlib, numpy, yaml' 2>/dev/null; then python=$candidate && break; fi
done
"${python:?no Python with h5py, matplotlib, numpy and yaml}" "$here/measure.py" "$build/riskpool" "$work" "$output" "$size" "${publish[@]}"
