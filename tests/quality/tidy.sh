#!/usr/bin/env bash
# usage: tidy.sh BUILD: no finding of clang-tidy in the sources, compiled as the commands in BUILD say.
build=$(realpath "$1") && cd "$(dirname "$0")/../.." || exit 1
command -v clang-tidy >/dev/null || { echo "clang-tidy is not here"; exit 77; }
[ -f "$build/compile_commands.json" ] || { echo "$build has no compile_commands.json"; exit 77; }
printf '%s\0' src/*.c | xargs -0 -n 4 -P "$(nproc)" clang-tidy -p "$build" --quiet
