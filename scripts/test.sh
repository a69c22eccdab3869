# Running the tests. Closes with one line that sums all runs up: "N passed, N failed".
# shellcheck shell=bash disable=SC2154  # `here` and the package lists come from the caller

passed=0
failed=0

# run_suite KIND [ctest options…]: all tests of one build, added to the sums. On two cores: some of
# them only wait.
run_suite() {
  local kind=$1
  shift
  local log="$here/build/$kind/ctest.log"
  local status=0
  ctest --test-dir "$here/build/$kind" --output-on-failure --no-tests=error -j3 "$@" 2>&1 |
    tee "$log" | grep -v -E '^( *[0-9]+/[0-9]+ Test| *Start +[0-9]+:|test [0-9]+$)' || status=${PIPESTATUS[0]}
  local of
  of=$(sed -n 's/.*tests failed out of \([0-9]*\)$/\1/p; s/.*test failed out of \([0-9]*\)$/\1/p' "$log" | tail -n 1)
  local bad
  bad=$(sed -n 's/.* \([0-9]*\) tests* failed out of .*/\1/p' "$log" | tail -n 1)
  passed=$((passed + ${of:-0} - ${bad:-0}))
  failed=$((failed + ${bad:-0}))
  if [ "$status" -ne 0 ] && [ "${bad:-0}" -eq 0 ]; then failed=$((failed + 1)); fi
}

run_tests() {
  local kinds=(release address thread)
  if [ "${1:-}" = --sanitize ]; then
    [ "${2:-}" = address ] || [ "${2:-}" = thread ] || die "--sanitize takes address or thread"
    kinds=("$2")
    shift 2
  elif [ $# -gt 0 ]; then
    kinds=(release)
    echo "only tests that match $1, without sanitizers"
  fi
  install_lambda_runtimes
  start_aws_emulator
  start_postgres_server
  local kind
  local -x every_test=ON
  [ ${#kinds[@]} -eq 1 ] || every_test=OFF
  for kind in "${kinds[@]}"; do
    SECONDS=0
    build_target "$kind"
    echo "== $kind, built in $SECONDS s"
    if [ $# -gt 0 ]; then
      run_suite "$kind" -R "$1"
    else
      run_suite "$kind"
    fi
  done
  stop_aws_emulator
  stop_postgres_server
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

run_coverage() {
  need_packages "${coverage_packages[@]}"
  install_lambda_runtimes
  start_aws_emulator
  start_postgres_server
  build_target coverage
  find "$here/build/coverage" -name '*.gcda' -delete
  run_suite coverage
  [ "$failed" -eq 0 ] || die "tests failed: no coverage of what does not work"
  gcovr --root "$here" --object-directory "$here/build/coverage" --filter "$here/src/" \
    --exclude '.*_test\.cc$' --exclude-throw-branches --exclude-unreachable-branches \
    --fail-under-line 90 --sort-percentage "$here/build/coverage"
}
