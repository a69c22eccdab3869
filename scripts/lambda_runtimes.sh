# AWS's own Lambda runtimes, which the tests in tests/functions run for real: from PyPI and npm, in
# versions that lock files name, under build/lambda-runtimes and only when those change.
# shellcheck shell=bash disable=SC2154  # `here` comes from the caller

install_lambda_runtimes() {
  local from="$here/tests/functions/runtimes" into="$here/build/lambda-runtimes"
  local wanted
  wanted=$(cat "$from"/* "$here/scripts/lambda_runtimes.sh" | sha256sum | cut -c1-32)
  [ "$(cat "$into/stamp" 2>/dev/null)" = "$wanted" ] && return
  need_packages python3 python3-venv
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then need_packages nodejs npm; fi
  echo "dev: installing the Lambda runtimes of Python and Node" >&2
  rm -rf "$into"
  mkdir -p "$into"
  if ! { install_python_runtime && install_node_runtime; } >"$into/install.log" 2>&1; then
    cat "$into/install.log" >&2
    die "the Lambda runtimes could not be installed"
  fi
  echo "$wanted" >"$into/stamp"
}

install_python_runtime() {
  python3 -m venv "$into/python" &&
    "$into/python/bin/pip" install --quiet --disable-pip-version-check -r "$from/requirements.txt"
}

# The package's own installation builds a libcurl of its own for minutes, with node-gyp, which
# fetches Node's headers from outside a registry (package.json puts it aside). The system's libcurl
# and the headers of Node's stable interface do as well.
install_node_runtime() {
  local node="$into/node"
  mkdir -p "$node/cpp" "$node/unused" &&
    cp "$from/package.json" "$from/package-lock.json" "$node" &&
    (cd "$node" && npm ci --ignore-scripts --no-audit --no-fund --silent) || return
  local ric="$node/node_modules/aws-lambda-ric"
  tar -xzf "$ric"/deps/aws-lambda-cpp-*.tar.gz -C "$node/cpp" --strip-components=1 || return
  # Included by the client, but not used.
  touch "$node/unused/uv.h" "$node/unused/v8.h" "$node/unused/node.h" || return
  sed 's/@[A-Z_]*@/0/g' "$node/cpp/src/version.cpp.in" >"$node/cpp/src/version.cpp" || return
  g++ -std=c++17 -O1 -fPIC -shared -w -DNAPI_VERSION=8 \
    -I "$node/unused" -I "$node/node_modules/node-addon-api" \
    -I "$node/node_modules/node-api-headers/include" -I "$node/cpp/include" \
    "$ric/src/rapid-client.cc" "$node/cpp/src/runtime.cpp" "$node/cpp/src/logging.cpp" \
    "$node/cpp/src/version.cpp" -lcurl -o "$ric/dist/rapid-client.node"
}
