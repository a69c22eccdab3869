#!/usr/bin/env bash
# tidy_one.sh ROOT UNIT STAMPS RULES: lints one unit and the sources that it unites, unless it was
# clean with the same text.
set -euo pipefail
root=$1 unit=$2 stamps=$3 rules=$4
# What it includes that is source, and it itself.
mapfile -t sources < <(sed -n 's/^#include "\(.*\.cc\)"$/\1/p' "$unit")
stamp="$stamps/$( (echo "$rules" && cat "$unit" "${sources[@]}") | sha256sum | cut -c1-32)"
[ -e "$stamp" ] && exit 0
# clang 19 hides std::expected of libstdc++ 12 behind a newer __cpp_concepts than it declares.
clang-tidy-19 --quiet -p "$root/build/release" \
  --extra-arg=-D__cpp_concepts=202002L --extra-arg=-Wno-builtin-macro-redefined \
  --extra-arg=-Wno-unknown-warning-option "$unit" 2>/dev/null
touch "$stamp"
