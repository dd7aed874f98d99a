#!/usr/bin/env bash
# What a recording lives through: deaths, storms, odd targets. After each the target ran as if nothing had been there, the reel
# reads, the count adds up, and nothing stays in the kernel.
#   survival.sh BIN_DIR PROGRAMS_DIR ENGINE [long]
set -euo pipefail
bin=$1 programs=$2 engine=$3 size=${4:-quick}
. "$(dirname "$(readlink -f "$0")")/checks.sh"

record() { trace-record -q --engine "$engine" --force "$@"; }
has_a_chunk() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt "${2:-1000}" ]; }
reads() { trace-report -f "$1" >text 2>said; }
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
# As many processes as the user may have, each of which wants two more.
bomb='b() { b | b & }; b; sleep 1'
record -f -o bomb.reel -- setpriv --reuid=64999 --clear-groups prlimit --nproc=60 sh -c "$bomb" 2>/dev/null & recorder=$!
sleep 3; pkill -9 -u 64999 || true
check "fork bomb: the recorder ends with it" wait_until gone "$recorder"
check "fork bomb: the reel is sound" trace-info --verify bomb.reel
check "fork bomb: it was stopped by its limit" bash -c "trace-report -f -Z bomb.reel 2>/dev/null | grep -Eq '(clone|fork).* EAGAIN'"
check "fork bomb: nothing was lost" bash -c "trace-info bomb.reel | grep -q '^lost *nothing'"
threads=200; [ "$size" = long ] && threads=10000
record -o threads.reel -- "$programs/known_calls" "$threads" 5
check "thread storm: the count adds up" accounts_for threads.reel getppid $((threads * 5))

# --- odd targets -----------------------------------------------------------------------------------------------------------------
record -f -o namespace.reel -- unshare --pid --fork --mount --propagation unchanged --mount-proc sh -c 'kill -0 $$; exec /bin/true'
check "pid namespace: the reel is sound" trace-info --verify namespace.reel
cp /bin/true suid && chmod 4755 suid
record -f -o setuid.reel -- setpriv --reuid=65534 --clear-groups "$folder/suid"
check "setuid program: its end is there" bash -c 'trace-report -f setuid.reel 2>/dev/null | grep -q "exited with 0"'
# 32 bits: every call as strace shows it, and a crash.
behind_execve() { tail -n +2 "$1" | grep -v '^\[ Process PID=[0-9]* runs in 32 bit mode\. \]$'; }
for argument in "" crash; do
  (strace -o oracle.text "$programs/i386_calls" $argument >/dev/null) 2>/dev/null || true
  (record -o i386.reel -- "$programs/i386_calls" $argument >/dev/null) 2>/dev/null || true
  trace-report i386.reel >ours.text 2>/dev/null || true
  check "32-bit program${argument:+ that crashes}: the text is strace's" cmp <(behind_execve oracle.text) <(behind_execve ours.text)
  check "32-bit program${argument:+ that crashes}: it is said to be one" grep -q 'runs in 32 bit mode' ours.text
done
trace-report --diagnose i386.reel >text 2>/dev/null || true
check "32-bit program that crashes: the cause is told" grep -Eq 'it (wrote through|used) a null pointer' text
# The same number for one process after the other, as after a long uptime. Inside, where setting it disturbs nobody.
inside() { unshare --pid --fork --mount --propagation unchanged --mount-proc "$@"; }
record_inside() { inside trace-record -q --engine "$engine" --force "$@"; }
record_inside -f -o reused.reel -- sh -c 'for i in 1 2 3 4 5; do echo 299 >/proc/sys/kernel/ns_last_pid; /bin/true; done'
check "pid reuse: the reel is sound" trace-info --verify reused.reel
check "pid reuse: five processes of one number began" test "$(trace-report -f reused.reel 2>/dev/null | grep -c '300.*execve("/bin/true"')" -eq 5
check "pid reuse: and ended" test "$(trace-report -f reused.reel 2>/dev/null | grep -c '300.*exited with 0')" -eq 5
# A clock that is not the machine's: the container's uptime begins elsewhere.
uptime=$(cut -d. -f1 /proc/uptime)
for offset in 86400 $((uptime > 2 ? -uptime + 1 : 0)); do
  unshare --time --monotonic "$offset" --fork trace-record -q --engine "$engine" --force -o clock.reel -- "$programs/numbered_calls" 2000 1000
  check "time namespace ($offset s): the reel is sound" trace-info --verify clock.reel
  check "time namespace ($offset s): the count adds up" accounts_for clock.reel getpriority 2000
  trace-report -ttt clock.reel 2>/dev/null | awk '{print $1}' >times
  check "time namespace ($offset s): time goes forward" sort -nc times
  check "time namespace ($offset s): and is now" awk -v now="$(date +%s)" 'NR == 1 {exit !($1 > now - 300 && $1 < now + 300)}' times
done
if [ "$engine" = ptrace ]; then
  loop
  strace -q -p "$target" -o strace.out & tracer=$!; children+=("$tracer")
  wait_until grep -q "^TracerPid:[[:space:]]*$tracer\$" "/proc/$target/status"
  status=0; trace-record --engine ptrace -o tracer.reel --duration 1s -p "$target" 2>said || status=$?
  check "under another tracer: it is said who traces" grep -q "process $tracer (strace) traces it already" said
  check "under another tracer: permission is what is missing" test "$status" -eq 4
  check "under another tracer: it keeps its tracer" grep -q "^TracerPid:[[:space:]]*$tracer\$" "/proc/$target/status"
  kill "$tracer"; wait "$tracer" 2>/dev/null || true
else
  loop
  strace -q -p "$target" -o strace.out & tracer=$!; children+=("$tracer")
  wait_until grep -q "^TracerPid:[[:space:]]*$tracer\$" "/proc/$target/status"
  record -o tracer.reel --duration 700ms -p "$target"
  check "under another tracer: calls are recorded" test "$(trace-report tracer.reel 2>/dev/null | wc -l)" -gt 5
  check "under another tracer: it keeps its tracer" grep -q "^TracerPid:[[:space:]]*$tracer\$" "/proc/$target/status"
  kill "$tracer"; wait "$tracer" 2>/dev/null || true
  check "no program stays in the kernel" wait_until no_program_stays
fi

exit "$((failures > 0))"
