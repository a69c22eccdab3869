# The emulator of AWS that the tests in tests/aws run against: moto's server, from PyPI, in versions
# that a list names, under build/aws-emulator and only when that list changes. cfn-lint comes with
# it. One server is shared by all tests of a run: it takes about a second to start.
# shellcheck shell=bash disable=SC2154  # `here` comes from the caller

install_aws_emulator() {
  local from="$here/tests/aws/emulator/requirements.txt" into="$here/build/aws-emulator"
  local wanted
  wanted=$(cat "$from" "$here/scripts/aws_emulator.sh" | sha256sum | cut -c1-32)
  [ "$(cat "$into/stamp" 2>/dev/null)" = "$wanted" ] && return
  need_packages python3 python3-venv
  echo "dev: installing the emulator of AWS" >&2
  rm -rf "$into"
  mkdir -p "$into"
  if ! { python3 -m venv "$into/venv" &&
    "$into/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$from" &&
    "$into/venv/bin/pip" check --disable-pip-version-check; } >"$into/install.log" 2>&1; then
    cat "$into/install.log" >&2
    die "the emulator of AWS could not be installed"
  fi
  echo "$wanted" >"$into/stamp"
}

aws_emulator_pid=

# Starts one for what this shell runs from here on, which finds it by ORDO_AWS_URL. It ends with
# this shell, however that ends.
start_aws_emulator() {
  install_aws_emulator
  local log="$here/build/aws-emulator/log" url='' tries
  export ORDO_AWS_EMULATOR="$here/build/aws-emulator/venv"
  : >"$log"
  setpriv --pdeathsig KILL "$ORDO_AWS_EMULATOR/bin/python" -I -m moto.server \
    -H 127.0.0.1 -p 0 >"$log" 2>&1 &
  aws_emulator_pid=$!
  at_exit stop_aws_emulator
  for ((tries = 0; tries < 1200; tries++)); do # a minute
    # Named only once it listens; the system chose the port.
    url=$(sed -n 's/^ \* Running on \(http:[^ ]*\)$/\1/p' "$log")
    [ -n "$url" ] && break
    kill -0 "$aws_emulator_pid" 2>/dev/null || break
    sleep 0.05
  done
  if [ -z "$url" ]; then
    cat "$log" >&2
    die "the emulator of AWS does not start"
  fi
  export ORDO_AWS_URL=$url
}

stop_aws_emulator() {
  [ -n "$aws_emulator_pid" ] || return 0
  kill "$aws_emulator_pid" 2>/dev/null || true
  wait "$aws_emulator_pid" 2>/dev/null || true
  aws_emulator_pid=
  unset ORDO_AWS_URL
}
