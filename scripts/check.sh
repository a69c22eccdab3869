# What must hold before any test runs: format, lint, layering, links, the OpenAPI document,
# what is deployed.
# shellcheck shell=bash disable=SC2154  # `here` and the package lists come from the caller

sources() {
  git -C "$here" ls-files -z -- 'src/*.cc' 'src/*.h' 'tests/*.cc' 'tests/*.h' 'bench/*.cc' \
    'bench/*.h' | (cd "$here" && xargs -0 realpath -z)
}

checks_failed=0

# check NAME COMMAND…: runs it, says how it went, goes on either way.
check() {
  local name=$1
  shift
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    printf '%-24s ok\n' "$name"
  else
    printf '%-24s FAILED\n' "$name"
    sed 's/^/    /' "$log"
    checks_failed=$((checks_failed + 1))
  fi
  rm -f "$log"
}

check_format() { sources | xargs -0 clang-format-19 --dry-run -Werror; }

check_scripts() { shellcheck -x "$here/dev" "$here"/scripts/*.sh "$here/.ci/run"; }

# What the program is compiled of: single sources, and those that unite some.
tidy_units() {
  python3 - "$here" <<'PYTHON'
import json, re, sys
for entry in json.load(open(sys.argv[1] + "/build/release/compile_commands.json")):
    target = re.search(r" -o CMakeFiles/(\w+)\.dir/", entry["command"])
    if target and target[1].startswith("ordo_") and not entry["file"].endswith(".S"):
        print(entry["file"])
PYTHON
}

# clang-tidy on each source whose text, headers or rules changed since it was last found clean.
check_tidy() {
  local stamps="$here/build/tidy"
  mkdir -p "$stamps"
  local rules
  rules=$(cat "$here/.clang-tidy" "$here"/src/*/*.h "$here/scripts/tidy_one.sh" | sha256sum)
  tidy_units | xargs -P 2 -I{} "$here/scripts/tidy_one.sh" "$here" {} "$stamps" "${rules%% *}"
}

check_headers() { ninja_quietly release header-check; }

check_openapi() {
  "$here/build/release/ordo" openapi | python3 "$here/scripts/openapi_lint.py"
}

run_checks() {
  need_packages "${check_packages[@]}"
  check "format" check_format
  check "scripts" check_scripts
  check "layering" python3 "$here/scripts/layering.py" "$here"
  check "links" python3 "$here/scripts/links.py" "$here"
  build_target release ordo_program ordo_lambda
  check "arrows do not compile" "$here/scripts/forbidden_arrow.sh" "$here"
  check "headers stand alone" check_headers
  check "openapi" check_openapi
  check "clang-tidy" check_tidy
  check_aws_templates
  check_packaging
  [ "$checks_failed" -eq 0 ] || die "$checks_failed checks failed"
}
