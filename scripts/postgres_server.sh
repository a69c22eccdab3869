# The PostgreSQL that the tests of the postgres home run against: a private cluster of Debian's
# postgresql-15 in a folder of its own, reached by a socket there. One is shared by all tests of a
# run, each of which works in a schema of its own.
# shellcheck shell=bash disable=SC2154  # the package lists come from the caller

postgres_bin=/usr/lib/postgresql/15/bin
postgres_folder=
postgres_pid=

# The server refuses to be root.
as_postgres=(setpriv)
[ "$(id -u)" -ne 0 ] || as_postgres+=(--reuid=postgres --regid=postgres --clear-groups)

# start_postgres_server [-c SETTING=VALUE…]: for what this shell runs from here on, which finds it
# by ORDO_POSTGRES_URL. It ends with this shell, however that ends.
start_postgres_server() {
  need_packages "${postgres_packages[@]}"
  postgres_folder=$(mktemp -d "${TMPDIR:-/tmp}/ordo-postgres.XXXXXX")
  chmod 755 "$postgres_folder"
  [ "$(id -u)" -ne 0 ] || chown postgres: "$postgres_folder"
  local data=$postgres_folder/data log=$postgres_folder/log tries
  at_exit stop_postgres_server
  if ! "${as_postgres[@]}" "$postgres_bin/initdb" -D "$data" -U postgres -A trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$log" 2>&1; then
    cat "$log" >&2
    die "PostgreSQL's cluster could not be made"
  fi
  # Nothing here outlives a power cut, so nothing waits for the disk.
  "${as_postgres[@]}" --pdeathsig INT "$postgres_bin/postgres" -D "$data" -k "$postgres_folder" \
    -c listen_addresses= -c fsync=off -c max_connections=300 -c shared_buffers=64MB \
    "$@" >>"$log" 2>&1 &
  postgres_pid=$!
  for ((tries = 0; tries < 1200; tries++)); do # a minute
    "$postgres_bin/pg_isready" -q -h "$postgres_folder" && break
    kill -0 "$postgres_pid" 2>/dev/null || break
    sleep 0.05
  done
  if ! "$postgres_bin/pg_isready" -q -h "$postgres_folder"; then
    cat "$log" >&2
    die "PostgreSQL does not start"
  fi
  export ORDO_POSTGRES_BIN=$postgres_bin
  export ORDO_POSTGRES_URL="postgres:///postgres?host=$postgres_folder&user=postgres"
}

stop_postgres_server() {
  if [ -n "$postgres_pid" ]; then
    kill -INT "$postgres_pid" 2>/dev/null || true
    wait "$postgres_pid" 2>/dev/null || true
  fi
  [ -z "$postgres_folder" ] || rm -rf "$postgres_folder"
  postgres_pid=
  postgres_folder=
  unset ORDO_POSTGRES_URL ORDO_POSTGRES_BIN
}
