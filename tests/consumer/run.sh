#!/usr/bin/env bash
# usage: run.sh BUILD CC SCENARIO: installs BUILD below a folder of its own, builds the consumer against what was
# installed in three ways (pkg-config, CMake shared, CMake static), runs each, and expects the same answer.
set -euo pipefail
build=$(realpath "$1") cc=$2 scenario=$(realpath "$3") here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/moved" >"$work/install.log"
prefix=$work/prefix && mv "$work/moved" "$prefix" # what is installed can be moved
libdir=$(dirname "$(find "$prefix" -name 'libriskpool.so')")
export PKG_CONFIG_PATH=$libdir/pkgconfig LD_LIBRARY_PATH=$libdir

read -ra flags < <(pkg-config --cflags --libs riskpool)
"$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror "$here/consumer.c" "${flags[@]}" -o "$work/consumer_pkgconfig"
cmake -S "$here" -B "$work/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" >"$work/configure.log"
cmake --build "$work/build" >"$work/build.log" || { cat "$work/build.log"; exit 1; }

for program in "$work"/consumer_pkgconfig "$work"/build/consumer_riskpool "$work"/build/consumer_riskpool_static; do
    "$program" "$scenario" >"$program.out"
    cmp "$work/consumer_pkgconfig.out" "$program.out"
done
cat "$work/consumer_pkgconfig.out"
grep -q 'reported its progress' "$work/consumer_pkgconfig.out"
"$prefix/bin/riskpool" validate "$prefix/share/riskpool/scenarios/$(basename "$scenario")" >/dev/null

# Mistakes come back as codes with a text, never as a crash.
printf 'name: [' >"$work/broken.yaml"
code=0; "$work/consumer_pkgconfig" "$work/broken.yaml" 2>"$work/err" || code=$?
[ "$code" -eq 65 ] && [ -s "$work/err" ] || { echo "broken scenario: exit $code, expected 65"; cat "$work/err"; exit 1; }
code=0; "$work/consumer_pkgconfig" "$work/absent.yaml" 2>"$work/err" || code=$?
[ "$code" -eq 66 ] || { echo "absent scenario: exit $code, expected 66"; cat "$work/err"; exit 1; }
code=0; "$work/consumer_pkgconfig" "$scenario" cross no_such_statistic 2>"$work/err" || code=$?
[ "$code" -eq 65 ] || { echo "unknown statistic: exit $code, expected 65"; exit 1; }
