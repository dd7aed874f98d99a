#!/usr/bin/env bash
# The commands of everyday use, typed as a user types them.
#   everyday.sh BIN_DIR PROGRAMS_DIR ENGINE
set -euo pipefail
bin=$1 programs=$2 engine=$3
. "$(dirname "$(readlink -f "$0")")/checks.sh"

# --- record a process, then ask twice, without naming a file ---------------------------------------------------------------
sh -c 'while :; do cat /no/such/file 2>/dev/null; sleep 0.05; done' &
target=$!
children+=("$target")
trace-record --engine "$engine" -f -p "$target" --duration 2 2>said </dev/null
check "an attached target lives on untouched" kill -0 "$target"
check "and has no tracer" traced_by_nobody "$target"
kill "$target"; wait "$target" 2>/dev/null || true
trace-report --errors >errors 2>named </dev/null
check "trace-report --errors finds the newest reel and names it" grep -q '\.reel' named
check "and shows the failure" grep -q 'ENOENT openat "/no/such/file"' errors
trace-stats --sort time >stats 2>/dev/null </dev/null
check "trace-stats --sort time counts the call" grep -q ' openat$' stats
trace-stats --by process --sort name >stats 2>/dev/null </dev/null
check "trace-stats --by process names the processes" grep -Eq ' [0-9]+ [a-z]+$' stats
trace-stats -c -w -S calls >stats 2>/dev/null </dev/null
check "trace-stats -c prints strace's table" grep -q '^% time     seconds  usecs/call     calls    errors syscall$' stats
trace-stats --timeline --json >stats 2>/dev/null </dev/null
check "trace-stats --timeline --json is JSON" python3 -m json.tool stats /dev/null
trace-info >info 2>/dev/null </dev/null
check "trace-info says that nothing is missing" grep -q '^lost  *nothing$' info
rm -f ./*.reel

# --- a pipe ----------------------------------------------------------------------------------------------------------------
trace-record --engine "$engine" -o - -- cat /no/such/file 2>/dev/null | trace-report - >text || true
check "a reel reads from a pipe" grep -q 'openat(AT_FDCWD, "/no/such/file", O_RDONLY) = -1 ENOENT (No such file or directory)' text

# --- the command's status and output are its own -----------------------------------------------------------------------------
status=0; trace-record --engine "$engine" -o s.reel -- sh -c 'echo out; exit 7' >out 2>/dev/null || status=$?
check "the exit status is the command's" [ "$status" -eq 7 ]
check "its output too" [ "$(cat out)" = out ]
status=0; (trace-record --engine "$engine" -o k.reel -- sh -c 'kill -TERM $$' 2>/dev/null) || status=$?
check "death by a signal is repeated" [ "$status" -eq $((128 + 15)) ]
status=0; trace-record --engine "$engine" -o n.reel -- /no/such/command 2>said || status=$?
check "a missing command is 127" [ "$status" -eq 127 ]
status=0; trace-record --engine "$engine" -o n.reel --force -- /etc/passwd 2>said || status=$?
check "one that is not executable is 126" [ "$status" -eq 126 ]

# --- the same reel gives the same text elsewhere -------------------------------------------------------------------------------
trace-record --engine "$engine" -f -o same.reel -- sh -c 'ls / >/dev/null; cat /no/such/file' 2>/dev/null || true
trace-report -f -y same.reel >here
mkdir elsewhere && cp "$bin/trace-report" same.reel elsewhere/
(cd elsewhere && env -i unshare --net --pid --fork ./trace-report -f -y same.reel) >there
check "a copy of the reader in another namespace prints the same" cmp here there

# --- a script stops what it started: its background jobs ignore SIGINT from their start -----------------------------------------
sleep 100 & target=$!; children+=("$target")
trace-record -q --engine "$engine" -p "$target" -o interrupted.reel & recorder=$!
has_grown() { [ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt 0 ]; }
wait_until has_grown interrupted.reel
ended() { ! kill -0 "$recorder"; }
kill -INT "$recorder"
check "kill -INT in a script ends a recording in the background" wait_until ended
check "its reel is closed" trace-info --verify interrupted.reel
check "the target lives on" kill -0 "$target"
check "a command in the background ignores SIGINT under it, too" test "$(trace-record -q --engine "$engine" -o sigint.reel -- \
  grep SigIgn /proc/self/status & wait)" = "$(grep SigIgn /proc/self/status & wait)"

# --- threads that block before anyone attached, and a killed recorder ------------------------------------------------------------
"$programs/blocked_threads" >blocked & children+=($!)
wait_until test -s blocked
read -r pid fd futex <blocked
trace-record --engine "$engine" -p "$pid" --duration 3 -o blocked.reel 2>/dev/null
trace-report -f blocked.reel >text
check "a read that blocked before shows with its arguments" grep -Eq "read\($fd,  *<(unfinished|detached)" text
check "and a futex wait" grep -q "futex($futex, FUTEX_WAIT_PRIVATE, 7, NULL" text
trace-record --engine "$engine" -p "$pid" -o killed.reel 2>/dev/null & recorder=$!
sleep 3
kill -9 "$recorder"; wait "$recorder" 2>/dev/null || true
trace-report -f killed.reel >text 2>said || true
check "after kill -9 of the recorder the read still shows" grep -Eq "read\($fd,  *<(unfinished|detached)" text
check "and the futex wait" grep -q "futex($futex, FUTEX_WAIT_PRIVATE, 7, NULL" text
check "the reader says that the reel was never closed" grep -qi 'closed' said
check "the target lives on" kill -0 "$pid"
check "and has no tracer" wait_until traced_by_nobody "$pid"
if [ "$engine" = ebpf ]; then
  check "no program stays in the kernel" wait_until no_program_stays
fi

exit "$((failures > 0))"
