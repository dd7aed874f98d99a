#!/usr/bin/env bash
# systemd accepts the unit of the flight recorder, once its program is where the unit says.
#   tests/house/unit_test.sh ROOT BIN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed "s#/usr/local/bin/trace-record#$2/trace-record#" "$1/tools/systemd/sysreel-flight@.service" > "$folder/sysreel-flight@.service"
systemd-analyze verify "$folder/sysreel-flight@postgresql.service"
