#!/usr/bin/env bash
# Every C file is as clang-format would write it.
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format >/dev/null || { echo "clang-format is not here"; exit 77; }
find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
