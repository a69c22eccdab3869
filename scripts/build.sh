# Configuring and building. Each kind of build has its own folder under build/.
# shellcheck shell=bash disable=SC2154  # `here` and the package lists come from the caller

# What was compiled in another clone on this machine need not be compiled again.
export CCACHE_BASEDIR=$here CCACHE_NOHASHDIR=1

# configure KIND [cmake options…]
configure() {
  local kind=$1
  shift
  need_packages "${build_packages[@]}" "${test_packages[@]}"
  want_npm
  local log="$here/build/$kind/configure.log"
  mkdir -p "$here/build/$kind"
  if ! cmake -S "$here" -B "$here/build/$kind" -G Ninja "$@" >"$log" 2>&1; then
    cat "$log" >&2
    die "cmake failed"
  fi
}

configure_clang() {
  need_packages "${clang_packages[@]}"
  CC=clang-19 CXX=clang++-19 configure "$@"
}

# Compiles with ninja's progress on a terminal, and otherwise with its output only when it fails.
ninja_quietly() {
  local kind=$1
  shift
  if [ -t 2 ]; then
    ninja -C "$here/build/$kind" "$@" >&2
    return
  fi
  local log="$here/build/$kind/build.log"
  if ! ninja -C "$here/build/$kind" "$@" >"$log" 2>&1; then
    grep -v '^\[.*\] ' "$log" >&2 || true
    die "the $kind build failed"
  fi
}

# build_target KIND [target…]; with every_test=OFF the release leaves out what a sanitizer also runs.
build_target() {
  local kind=$1
  shift
  case "$kind" in
    release) configure release -DORDO_EVERY_TEST="${every_test:-ON}" ;;
    address) configure_clang address -DORDO_SANITIZE=address ;;
    thread) configure_clang thread -DORDO_SANITIZE=thread ;;
    coverage) configure coverage -DORDO_COVERAGE=ON -DCMAKE_BUILD_TYPE=Debug ;;
    *) die "no such build: $kind" ;;
  esac
  ninja_quietly "$kind" "$@"
}

build_program() {
  build_target release ordo_program
  # A new file, then a rename: a server that runs keeps its old one.
  cp "$here/build/release/ordo" "$here/build/ordo.new"
  mv "$here/build/ordo.new" "$here/build/ordo"
}
