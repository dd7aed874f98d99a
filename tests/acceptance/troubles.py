"""Real programs in trouble, recorded: each gets its finding, and each near miss beside it gets none.

    troubles.py BIN_DIR PROGRAMS_DIR
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time

LASTING = 4  # seconds: hangs count from one second on, leaks must go on for half of the recording

# By the name of the process: the rules that must speak of it.
EXPECTED = {
    "pipe_circle": {"hang"},
    "deadlock": {"hang"},
    "flock_wait": {"hang"},
    "slow_open": {"slow-open"},
    "slow_sync": {"slow-sync"},
    "slow_dns": {"slow-dns"},
    "contention": {"lock-contention"},
    "tiny_writes": {"tiny-io"},
    "polling": {"empty-polling"},
    "loop_blocks": {"blocked-event-loop"},
    "retry_storm": {"retry-storm"},
    "fd_leak": {"descriptor-leak"},
    "map_leak": {"mapping-leak"},
    "zombies": {"unwaited-children"},
}
# The near misses, and the rule that must not speak of each: on a busy machine another one may.
NEAR_MISSES = {
    "pipe_drained": "hang",
    "idle_workers": "hang",
    "swift_open": "slow-open",
    "swift_sync": "slow-sync",
    "swift_dns": "slow-dns",
    "free_lock": "lock-contention",
    "large_writes": "tiny-io",
    "patient_poll": "empty-polling",
    "loop_flows": "blocked-event-loop",
    "few_retries": "retry-storm",
    "fd_tidy": "descriptor-leak",
    "map_tidy": "mapping-leak",
    "no_zombies": "unwaited-children",
}
CIRCLES = {"pipe_circle", "deadlock"}


def findings_of(text):
    """(sentence, rule) of each finding of trace-report --diagnose."""
    sentence, found = None, []
    for line in text.splitlines():
        rule = re.match(r"    \[([a-z-]+)[,\]]", line)
        if rule:
            found.append((sentence, rule.group(1)))
        elif re.match(r"\S", line):
            sentence = line
    return found


def main():
    bin_dir, programs = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        reel = os.path.join(folder, "t.reel")
        recorder = subprocess.Popen(
            [f"{bin_dir}/trace-record", "-q", "-f", "--engine", "ebpf", "-o", reel, "--", f"{programs}/troubles", str(LASTING), folder],
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            while "the end is near" not in recorder.stdout.readline():
                if recorder.poll() is not None:
                    sys.exit("troubles ended too early")
            # What hangs must hang when the recording ends: the program ignores the first signal, the second is for the recorder.
            while recorder.poll() is None:
                recorder.send_signal(signal.SIGINT)
                time.sleep(0.2)
        finally:
            os.killpg(recorder.pid, signal.SIGKILL)
        report = subprocess.run([f"{bin_dir}/trace-report", "--diagnose", reel], capture_output=True, text=True, check=True).stdout

    rules, severe = {}, set()
    for sentence, rule in findings_of(report):
        name = re.search(r"(\w+) \(pid \d+\)", sentence)
        rules.setdefault(name.group(1) if name else "", set()).add(rule)
        if sentence.startswith("error"):
            severe.add(name.group(1) if name else "")
    problems = [f"{name}: no finding of {expected - rules.get(name, set())}" for name, expected in EXPECTED.items()
                if not expected <= rules.get(name, set())]
    problems += [f"{name}: a near miss, and yet {rule}" for name, rule in NEAR_MISSES.items() if rule in rules.get(name, set())]
    problems += [f"{name}: a circle of waiting is an error" for name in CIRCLES - severe]
    if problems:
        print(report)
        sys.exit("\n".join(problems))
    print(f"{len(EXPECTED)} kinds of trouble found, {len(NEAR_MISSES)} near misses left in peace")


main()
