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
  local began=$SECONDS
  if "$@" >"$log" 2>&1; then
    printf '%-24s ok      %4d s\n' "$name" $((SECONDS - began))
  else
    printf '%-24s FAILED  %4d s\n' "$name" $((SECONDS - began))
    sed 's/^/    /' "$log"
    checks_failed=$((checks_failed + 1))
  fi
  rm -f "$log"
}

check_format() { sources | xargs -0 clang-format-19 --dry-run -Werror; }

check_scripts() { shellcheck -x "$here/dev" "$here"/scripts/*.sh "$here/.ci/run"; }

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
  check "headers stand alone" python3 "$here/scripts/headers.py" "$here"
  check "openapi" check_openapi
  check "clang-tidy" python3 "$here/scripts/tidy.py" "$here"
  check_aws_templates
  check_packaging
  [ "$checks_failed" -eq 0 ] || die "$checks_failed checks failed"
}
