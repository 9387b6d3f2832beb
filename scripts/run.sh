#!/usr/bin/env bash
# From scenarios to results and pictures in one command, on a machine that has nothing yet: installs what is missing,
# builds, runs, shows the summary, draws the pictures.
# usage: run.sh SCENARIO... [OPTION...]; the options are those of `riskpool run` (riskpool help run).
set -euo pipefail
top=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
build=$top/build/release
riskpool=$build/riskpool

scenarios=()
while [ $# -gt 0 ] && [ "${1#-}" = "$1" ]; do
    scenarios+=("$1")
    shift
done
if [ ${#scenarios[@]} -eq 0 ]; then
    echo "usage: scripts/run.sh SCENARIO... [OPTION of \`riskpool run\`...]" >&2
    exit 64
fi

# The path that `-o` asks for, if it does, and what `-P` changes.
asked= changes=()
for ((i = 1; i <= $#; i++)); do
    case "${!i}" in
        -o | --output) next=$((i + 1)) && asked=${!next:-} ;;
        --output=*) asked=${!i#--output=} ;;
        -o?*) asked=${!i#-o} ;;
        -P) next=$((i + 1)) && changes+=(-P "${!next:-}") ;;
        -P?*) changes+=("${!i}") ;;
    esac
done

# results_of SCENARIO: where its results go, by the rules of `riskpool run`.
results_of() {
    local name
    name=$("$riskpool" validate --resolved "$1" ${changes[@]+"${changes[@]}"} 2>/dev/null | sed -n 's/^name: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p')
    if [ -z "$asked" ]; then
        echo "results/${name:-?}.h5"
    elif [ ${#scenarios[@]} -gt 1 ] || [ -d "$asked" ] || [ "${asked%/}" != "$asked" ]; then
        echo "${asked%/}/${name:-?}.h5"
    else
        echo "$asked"
    fi
}

"$top/scripts/install.sh"

echo "Building $riskpool" >&2
mkdir -p "$build"
{
    { [ -f "$build/CMakeCache.txt" ] ||
        (cd "$top" && cmake --preset release -DBUILD_TESTING=OFF -DRISKPOOL_WERROR=OFF); } &&
        cmake --build "$build" --target riskpool_program --parallel "$(nproc)"
} >"$top/build/build.log" 2>&1 || { tail -n 40 "$top/build/build.log" >&2; exit 70; }

python=
for candidate in ${RISKPOOL_PYTHON:-} python3 /usr/bin/python3; do
    if "$candidate" -c 'import numpy, h5py, matplotlib, yaml' 2>/dev/null; then python=$candidate && break; fi
done

# 1 says that a limit of the scenario was breached: the results are there. Anything else but 0 is a failure.
worst=0
for scenario in "${scenarios[@]}"; do
    code=0
    results=$(results_of "$scenario")
    "$riskpool" run "$scenario" "$@" -o "$results" || code=$?
    [ "$code" -le "$worst" ] || worst=$code
    [ "$code" -le 1 ] || continue
    if [ -n "$python" ]; then
        echo "Pictures: $("$python" "$top/scripts/plot.py" "$results")" >&2
    else
        echo "No pictures: no python3 here has numpy, h5py, matplotlib and yaml." >&2
    fi
    echo "Results: $results (HDF5; what is in it: results/README.md)" >&2
done
exit "$worst"
