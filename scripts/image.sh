#!/usr/bin/env bash
# The steps of the Dockerfile, as root of a Debian 12 that is thrown away. They need no container
# engine: a debootstrap folder and chroot will do to try them.
#   image.sh tools             what the build needs
#   image.sh build FOLDER      the program, stripped, what it needs of Debian, and this script
#   image.sh runtime FOLDER    puts what is there in its place
#   image.sh packages PROGRAM  names the packages that a program needs to run
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

ordo_user=10001 # above what Debian gives to its own

install_packages() {
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
}

tools() {
  # shellcheck source=scripts/packages.sh
  source "$here/scripts/packages.sh"
  install_packages "${build_packages[@]}" "${page_packages[@]}" ca-certificates
}

# Who brings the libraries that the program itself names; what these need comes along. Certificates
# for what it calls, and the clocks of the world for schedules.
runtime_packages() {
  local program=$1 libraries library owners='' folder
  folder=$(gcc -print-multiarch)
  libraries=$(objdump -p "$program" | sed -n 's/^ *NEEDED *//p')
  for library in $libraries; do
    owners+=$(dpkg-query -S "*/$folder/$library" | cut -d: -f1)$'\n'
  done
  sort -u <<<"${owners%$'\n'}"
  echo ca-certificates
  echo tzdata
}

build() {
  local into=$1
  cmake -S "$here" -B "$here/build/image" -G Ninja -DORDO_TESTS=OFF
  if ! compgen -G "$here/build/web-*/node_modules/swagger-ui-dist/swagger-ui-bundle.js" >/dev/null; then
    echo "image.sh: npm did not bring the interactive API page: /docs will say so" >&2
  fi
  ninja -C "$here/build/image" ordo_program
  mkdir -p "$into"
  install -m 755 --strip "$here/build/image/ordo" "$into/ordo"
  runtime_packages "$into/ordo" >"$into/packages"
  cp "$here/scripts/image.sh" "$into/image.sh"
}

runtime() {
  local from=$1 packages
  mapfile -t packages <"$from/packages"
  install_packages "${packages[@]}"
  groupadd --gid "$ordo_user" ordo
  useradd --uid "$ordo_user" --gid ordo --no-create-home --home-dir /var/lib/ordo \
    --shell /usr/sbin/nologin ordo
  install -m 755 "$from/ordo" /usr/local/bin/ordo
  install -d -m 700 -o ordo -g ordo /var/lib/ordo
  # A library that is missing is seen here, and not at the first start.
  /usr/local/bin/ordo version
}

case "${1:-}" in
  tools) tools ;;
  build) build "${2:?"build FOLDER"}" ;;
  runtime) runtime "${2:?"runtime FOLDER"}" ;;
  packages) runtime_packages "${2:?"packages PROGRAM"}" ;;
  *)
    sed -n '2,7s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
esac
