# Whether the simulation finds what it is there to find: bugs planted one by one in a copy.
# shellcheck shell=bash disable=SC2154  # `here` comes from the caller

planted_seeds=1000

# sim_planted [NAME…]: each patch of tests/sim/planted; without a name, all of them.
sim_planted() {
  local tree="$here/build/planted"
  local names=("$@")
  if [ ${#names[@]} -eq 0 ]; then
    mapfile -t names < <(find "$here/tests/sim/planted" -name '*.patch' -printf '%f\n' | sed 's/\.patch$//' | sort)
  fi
  local missed=0 name
  for name in "${names[@]}"; do
    local patch="$here/tests/sim/planted/$name.patch"
    [ -f "$patch" ] || die "no such bug: $name"
    mkdir -p "$tree"
    # Only what differs is written anew, and so built again.
    git -C "$here" ls-files -z -- CMakeLists.txt cmake src tests web bench examples pipelines docs |
      rsync -rl --checksum --files-from=- --from0 "$here/" "$tree/"
    patch -p1 --quiet -d "$tree" <"$patch" || die "$name: the patch does not fit the code any more"
    cmake -S "$tree" -B "$tree/build" -G Ninja >"$tree/configure.log" 2>&1 || die "see $tree/configure.log"
    ninja -C "$tree/build" simulation_test pipeline_simulation_test >"$tree/build.log" 2>&1 || die "$name does not build: see $tree/build.log"
    # What is wrong with pipelines their own simulation finds.
    local log="$tree/$name.log" found="" program=simulation_test
    case $name in pipeline_*) program=pipeline_simulation_test ;; esac
    if ! ORDO_SIM_SEEDS=$planted_seeds "$tree/build/tests/$program" \
      --gtest_filter='*EverySeed:*Disturbs' >"$log" 2>&1; then
      found=$(grep -a -o -m 1 '^seed [0-9]*: .*' "$log") || found="it stops: $(tail -n 1 "$log")"
    fi
    printf '%-34s %s\n' "$name" "${found:-NOT FOUND in $planted_seeds seeds}"
    [ -n "$found" ] || missed=$((missed + 1))
  done
  [ "$missed" -eq 0 ]
}
