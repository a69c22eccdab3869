# The program of the aws home as a zip for Lambda's provided.al2023: it brings its own loader,
# libraries and certificates, for Debian's are newer than Amazon Linux's.
# shellcheck shell=bash disable=SC2154  # `here` comes from the caller

build_lambda() {
  build_target release ordo_lambda
  cp "$here/build/release/ordo-lambda" "$here/build/ordo-lambda.new"
  mv "$here/build/ordo-lambda.new" "$here/build/ordo-lambda"
}

# The same bytes for the same contents: a deployment that changed nothing changes nothing.
package_lambda() {
  need_packages zip binutils ca-certificates
  build_lambda
  local folder="$here/build/lambda-package" loader
  rm -rf "$folder"
  mkdir -p "$folder/lib"
  strip -o "$folder/ordo-lambda" "$here/build/ordo-lambda"
  loader=$(ldd "$folder/ordo-lambda" | sed -n 's#^[[:space:]]*\(/[^ ]*/ld-linux[^ ]*\) .*#\1#p')
  [ -n "$loader" ] || die "ordo-lambda names no loader"
  cp -L "$loader" "$folder/lib/loader"
  # Also what the system's name lookup loads when it is first asked.
  ldd "$folder/ordo-lambda" | sed -n 's#.* => \(/[^ ]*\) .*#\1#p' | xargs -I{} cp -L {} "$folder/lib/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$folder/"
  cat >"$folder/bootstrap" <<'TEXT'
#!/bin/sh
root=${LAMBDA_TASK_ROOT:-$(dirname "$0")}
export AWS_CA_BUNDLE="${AWS_CA_BUNDLE:-$root/ca-certificates.crt}"
exec "$root/lib/loader" --library-path "$root/lib" "$root/ordo-lambda" "$@"
TEXT
  chmod 755 "$folder/bootstrap"
  find "$folder" -exec touch -h -d '2020-01-01T00:00:00Z' {} +
  rm -f "$here/build/ordo-lambda.zip"
  (cd "$folder" && find . -type f | LC_ALL=C sort | TZ=UTC zip -q -X -9 "$here/build/ordo-lambda.zip" -@)
  rm -rf "$folder"
  echo "build/ordo-lambda.zip"
}
