# What Debian has to bring, and how it is brought: quietly, and only what is missing.
# shellcheck shell=bash disable=SC2034  # the lists are used by the scripts that source this

build_packages=(
  g++ cmake ninja-build ccache pkg-config
  libboost1.81-dev libboost-json1.81-dev libfmt-dev libcli11-dev libtomlplusplus-dev
  libsqlite3-dev libpq-dev libcurl4-openssl-dev libssl-dev zlib1g-dev tzdata
)
test_packages=(libgtest-dev libgmock-dev librapidcheck-dev curl)
postgres_packages=(postgresql-15)
check_packages=(clang-format-19 clang-tidy-19 shellcheck python3)
clang_packages=(clang-19 libclang-rt-19-dev)
coverage_packages=(gcovr)
# Only for the interactive API page; the program builds without.
page_packages=(nodejs npm)

die() {
  echo "dev: $*" >&2
  exit 1
}

# at_exit COMMAND: also when this shell fails, and after those that were named before it. What it
# ends may have ended already.
at_exit_commands=:
at_exit() {
  at_exit_commands="$at_exit_commands; $1"
  # shellcheck disable=SC2064  # as it is now
  trap "$at_exit_commands" EXIT
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "packages are missing ($missing) and this is neither root nor a machine with sudo"
  fi
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages NAME…: installs those that are not there.
need_packages() {
  missing=
  local package
  for package in "$@"; do
    is_installed "$package" || missing+="$package "
  done
  [ -z "$missing" ] && return
  echo "dev: installing $missing" >&2
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086  # one word a package
  if ! { as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    die "apt-get could not install $missing"
  fi
  rm -f "$log"
}

# An npm of any origin will do; Debian's is taken when there is none, and none is no failure.
want_npm() {
  command -v npm >/dev/null && return
  (need_packages "${page_packages[@]}") || echo "dev: going on without the API page" >&2
}
