# What the acceptance scripts share: to be sourced by bash under `set -euo pipefail`. It makes a folder of the test's own and goes
# there, puts the tools into PATH, and at the end kills the processes in `children` and removes the folder.
#   bin=BIN_DIR; . checks.sh; check …; exit "$((failures > 0))"

folder=$(mktemp -d)
children=()
cleanup() {
  for child in "${children[@]}"; do kill -9 "$child" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap cleanup EXIT
cd "$folder"
export PATH="$bin:$PATH"

failures=0
check() {  # check DESCRIPTION COMMAND…: the command must succeed
  local what=$1
  shift
  if "$@"; then echo "ok: $what"; else echo "NOT OK: $what"; failures=$((failures + 1)); fi
}
wait_until() {  # wait_until COMMAND…: up to a minute
  for _ in $(seq 600); do "$@" 2>/dev/null && return 0; sleep 0.1; done
  echo "gave up waiting for: $*" >&2
  return 1
}
traced_by_nobody() { grep -q '^TracerPid:[[:space:]]*0$' "/proc/$1/status"; }
no_program_stays() { ! bpftool prog list | grep -q on_sys_e; }
