#!/usr/bin/env bash
# What an installation looks like: trace-record is for root and one group, the readers are for everybody.
#   install_test.sh BUILD_DIR         as root
set -euo pipefail
build=$1
folder=$(mktemp -d)
group_is_ours=
cleanup() {
  [ -z "$group_is_ours" ] || groupdel sysreel
  rm -rf "$folder"
}
trap cleanup EXIT
install_there() { DESTDIR=$folder/$1 cmake --install "$build" >"$folder/said" 2>&1; }
expect() {  # expect FILE MODE:USER:GROUP
  local found
  found=$(stat -c %a:%U:%G "$1")
  [ "$found" = "$2" ] || { echo "${1#"$folder"}: $found instead of $2" >&2; exit 1; }
}

if ! getent group sysreel >/dev/null; then
  install_there without
  expect "$folder"/without/usr/local/bin/trace-record 750:root:root
  grep -q 'groupadd --system sysreel' "$folder/said"
  groupadd --system sysreel
  group_is_ours=yes
fi
install_there with
expect "$folder"/with/usr/local/bin/trace-record 750:root:sysreel
for reader in trace-report trace-stats trace-info trace-strace; do
  expect "$folder/with/usr/local/bin/$reader" 755:root:root
done
