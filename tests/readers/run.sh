#!/usr/bin/env bash
# usage: run.sh RISKPOOL: results files of every kind of content, each opened by readers.py with every reader.
set -euo pipefail
riskpool=$(realpath "$1") here=$(cd "$(dirname "$0")" && pwd) scenarios=$(cd "$(dirname "$0")/../../scenarios" && pwd)
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
for command in ncdump h5dump; do
    command -v "$command" >/dev/null || { echo "$command is not here"; exit 77; }
done

read_back() {
    local name=$1
    shift
    "$riskpool" run "$@" -q -o "$work/$name.h5" || [ $? -eq 1 ] # 1: a limit of the scenario was breached
    "${RISKPOOL_PYTHON:-/usr/bin/python3}" "$here/readers.py" "$work/$name.h5"
}

for scenario in "$scenarios"/*.yaml; do
    read_back "$(basename "$scenario" .yaml)" "$scenario" -n 5000
done
read_back long "$scenarios/three-longs.yaml" -P output.trajectories=false -n 150000 # several chunks, the last one short
read_back tail "$scenarios/three-longs.yaml" -P output.paths=tail -n 5000
read_back none "$scenarios/three-longs.yaml" -P output.paths=none -n 5000
read_back bare "$scenarios/three-longs.yaml" -P output.trajectories=false --modes cross -n 5000
