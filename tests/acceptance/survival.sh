#!/usr/bin/env bash
# What a recording lives through: deaths, storms, odd targets. After each the target ran as if nothing had been there, the reel
# reads, the count adds up, and nothing stays in the kernel.
#   survival.sh BIN_DIR PROGRAMS_DIR ENGINE [long]
set -euo pipefail
bin=$1 programs=$2 engine=$3 size=${4:-quick}
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
record() { trace-record -q --engine "$engine" --force "$@"; }
has_a_chunk() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt "${2:-1000}" ]; }
reads() { trace-report -f "$1" >text 2>said; }
traced_by_nobody() { grep -q '^TracerPid:[[:space:]]*0$' "/proc/$1/status"; }
runs_on() { kill -0 "$1" && traced_by_nobody "$1"; }
gone() { ! kill -0 "$1"; }
# Captured and lost calls of this name together, as the tools show them; lost ones have no name and all count.
accounts_for() {  # accounts_for REEL CALL COUNT
  local captured lost
  captured=$(trace-report -f -e trace="$2" "$1" 2>/dev/null | grep -c "$2(" || true)
  lost=$(trace-info "$1" | awk '$1 == "lost" && $3 == "calls:" {sum += $2} END {print sum + 0}')
  [ "$captured" -eq "$3" ] || { [ "$captured" -lt "$3" ] && [ $((captured + lost)) -ge "$3" ]; }
}
loop() { sh -c 'while :; do cat /no/such/file 2>/dev/null; sleep 0.02; done' & target=$!; children+=("$target"); }

# --- deaths --------------------------------------------------------------------------------------------------------------------
loop
trace-record -q --engine "$engine" -p "$target" -o recorder.reel & recorder=$!
wait_until has_a_chunk recorder.reel
kill -9 "$recorder"; wait "$recorder" 2>/dev/null || true
check "kill -9 of the recorder: the target runs on" wait_until runs_on "$target"
check "kill -9 of the recorder: the reel reads" reads recorder.reel
check "kill -9 of the recorder: it makes a sound reel" trace-info --recover mended.reel recorder.reel
check "kill -9 of the recorder: the mended reel is sound" trace-info --verify mended.reel

trace-record -q --engine "$engine" -p "$target" -o target.reel & recorder=$!
wait_until has_a_chunk target.reel
kill -9 "$target"; wait "$target" 2>/dev/null || true
check "kill -9 of the target: the recorder ends by itself" wait_until gone "$recorder"
check "kill -9 of the target: the reel is sound" trace-info --verify target.reel

loop
trace-record -q --engine "$engine" -p "$target" -o both.reel & recorder=$!
wait_until has_a_chunk both.reel
kill -9 "$recorder" "$target"; wait "$recorder" "$target" 2>/dev/null || true
check "kill -9 of both: the reel reads" reads both.reel

record -o - -- sh -c 'for i in 1 2 3; do sleep 0.5; ls / >/dev/null; done; echo "ran to its end"' 2>ended | head -c 100 >/dev/null || true
check "output pipe closed: the command ran to its end" grep -q 'ran to its end' ended

# --- storms --------------------------------------------------------------------------------------------------------------------
record -f -o exec.reel -- sh -c 'i=0; while [ $i -lt 60 ]; do /bin/true; i=$((i+1)); done'
check "exec storm: every execve is there" accounts_for exec.reel execve 61
record -f -o fork.reel -- sh -c 'for i in 1 2 3 4 5 6 7 8; do (for j in 1 2 3 4 5 6 7 8; do (:) & done; wait) & done; wait'
check "fork storm: the reel is sound" trace-info --verify fork.reel
check "fork storm: every process ended in it" test "$(trace-report -f fork.reel 2>/dev/null | grep -c 'exited with')" -eq 73
threads=200; [ "$size" = long ] && threads=10000
record -o threads.reel -- "$programs/known_calls" "$threads" 5
check "thread storm: the count adds up" accounts_for threads.reel getppid $((threads * 5))

# --- odd targets -----------------------------------------------------------------------------------------------------------------
record -f -o namespace.reel -- unshare --pid --fork --mount --propagation unchanged --mount-proc sh -c 'kill -0 $$; exec /bin/true'
check "pid namespace: the reel is sound" trace-info --verify namespace.reel
cp /bin/true suid && chmod 4755 suid
record -f -o setuid.reel -- setpriv --reuid=65534 --clear-groups "$folder/suid"
check "setuid program: its end is there" bash -c 'trace-report -f setuid.reel 2>/dev/null | grep -q "exited with 0"'
if [ "$engine" = ebpf ]; then
  loop
  strace -q -p "$target" -o strace.out & tracer=$!; children+=("$tracer")
  wait_until grep -q "^TracerPid:[[:space:]]*$tracer\$" "/proc/$target/status"
  record -o tracer.reel --duration 700ms -p "$target"
  check "under another tracer: calls are recorded" test "$(trace-report tracer.reel 2>/dev/null | wc -l)" -gt 5
  check "under another tracer: it keeps its tracer" grep -q "^TracerPid:[[:space:]]*$tracer\$" "/proc/$target/status"
  kill "$tracer"; wait "$tracer" 2>/dev/null || true
  check "no program stays in the kernel" wait_until bash -c '! (bpftool prog list | grep -q on_sys_e)'
fi

exit "$((failures > 0))"
