#!/usr/bin/env bash
# forbidden_arrow.sh ROOT: an include that the architecture does not draw must not compile.
set -euo pipefail
roots="$1/build/release/roots"
compile() { g++ -std=c++23 -fsyntax-only -x c++ -I"$roots/base" -I"$roots/domain" - 2>&1; }
echo '#include "domain/task.h"' | compile || { echo "the drawn arrow fails"; exit 1; }
if message=$(echo '#include "net/http.h"' | compile); then
  echo "domain can include net/http.h"
  exit 1
fi
grep -q 'No such file or directory' <<<"$message" || { echo "$message"; exit 1; }
