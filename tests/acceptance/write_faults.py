#!/usr/bin/env python3
"""The recorder's storage fails, or stalls, at every n-th call. The command runs as if nothing had been there, the recorder ends, what
got to the disk reads, trace-info names storage as the cause of what is lost, and captured + lost = happened.

    write_faults.py BIN_DIR PROGRAMS_DIR

strace injects the faults into the recorder's calls on its reel, and only there; the recorder records with eBPF meanwhile.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

BIN, PROGRAMS = sys.argv[1], sys.argv[2]
FIRST = 10_000_000  # see numbered_calls.c
CALLS = 400_000
failures = 0


def check(what, holds, more=""):
    global failures
    print(f"{'ok' if holds else 'NOT OK'}: {what}" + (f" ({more})" if more and not holds else ""), flush=True)
    failures += not holds


def record(reel, faults, calls=CALLS, options=(), everywhere=False):
    """Records numbered calls while the faults come, to the reel or everywhere; gives the recorder's status, its output and what it said."""
    command = ["strace", "-qq", "-o", os.devnull] + ([] if everywhere else ["-P", reel])
    for fault in faults:
        command += ["-e", "inject=" + fault]
    # What ended the command stands in its output; the recorder's own status is another matter.
    run = f'"{PROGRAMS}/numbered_calls" {calls} 2000; echo "status $?"'
    command += ["--", f"{BIN}/trace-record", "-q", "--engine", "ebpf", "-f", "-e", "trace=getpriority", "--strict-filter", *options, "-o", reel,
                "--", "sh", "-c", run]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)


def numbers_in(reel):
    text = subprocess.run([f"{BIN}/trace-report", "-f", reel], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=120)
    return [int(n) - FIRST for n in re.findall(r"getpriority\(PRIO_PROCESS, (\d+)", text.stdout)], text.returncode


def info_of(reel):
    return subprocess.run([f"{BIN}/trace-info", reel], stdout=subprocess.PIPE, text=True, timeout=120).stdout


def lost_calls(info):
    """Lost calls by cause."""
    return {cause: int(count) for count, cause in re.findall(r"lost +(\d+) calls: (.*)", info)}


def check_reel(what, reel, said):
    captured, status = numbers_in(reel)
    info = info_of(reel)
    lost = lost_calls(info)
    closed = "not closed" not in info
    check(f"{what}: the reel reads", status == 0 or not closed, f"status {status}")
    check(f"{what}: no call is there twice", len(captured) == len(set(captured)))
    if not captured:
        return info, lost, closed
    happened = max(captured) + 1  # as long as it recorded
    if closed:
        total = len(captured) + sum(lost.values())
        # Only a full ring can lose calls behind the last one that got through.
        most = min(CALLS, happened + sum(count for cause, count in lost.items() if "the buffer was full" in cause))
        check(f"{what}: captured + lost = happened", happened <= total <= most, f"{len(captured)} + {lost} of {happened}")
    check(f"{what}: somebody said why", "reel" in said, said)
    return info, lost, closed


def one_fault(folder, error, n):
    """The n-th write fails once."""
    what = f"write {n} fails with {error}"
    reel = f"{folder}/once.{error}.{n}.reel"
    ran = record(reel, [f"write:error={error}:when={n}"])
    if n == 1:
        check(f"{what}: nothing is run, and nothing left", ran.stdout == "" and not os.path.exists(reel) and ran.returncode == 5,
              f"{ran.stdout} {ran.returncode}")
        return
    check(f"{what}: the command ran to its end", ran.stdout == f"{CALLS} calls made\nstatus 0\n", ran.stdout + ran.stderr)
    check(f"{what}: the recorder says so by its status", ran.returncode == 125, f"{ran.returncode}: {ran.stderr}")
    info, lost, closed = check_reel(what, reel, ran.stderr)
    check(f"{what}: the reel is closed", closed, info)
    check(f"{what}: it ended because of storage", "because the reel could not be written" in info, info)
    missing = "the reel could not be written" in lost
    captured, _ = numbers_in(reel)
    check(f"{what}: storage is the cause of what is missing", missing == (len(captured) < max(captured, default=-1) + 1) or missing, info)


def every_fault(folder, error, n, torn):
    """From the n-th write on every one fails, and cutting off what was half written may fail, too."""
    what = f"writes from {n} on fail with {error}" + (", and so does ftruncate" if torn else "")
    reel = f"{folder}/all.{error}.{n}.{torn}.reel"
    ran = record(reel, [f"write:error={error}:when={n}+"] + (["ftruncate:error=EIO"] if torn else []))
    check(f"{what}: the command ran to its end", ran.stdout == f"{CALLS} calls made\nstatus 0\n", ran.stdout + ran.stderr)
    check(f"{what}: the recorder says so by its status", ran.returncode == 125, f"{ran.returncode}: {ran.stderr}")
    check_reel(what, reel, ran.stderr)


def stall(folder, n):
    """Every n-th write takes 300 ms: nothing waits for it but the recorder."""
    what = f"every {n}th write stalls"
    reel = f"{folder}/stall.{n}.reel"
    ran = record(reel, [f"write:delay_enter=300000:when={n}+{n}"], options=["--buffer", "256K"])
    check(f"{what}: the command ran to its end", ran.stdout == f"{CALLS} calls made\nstatus 0\n", ran.stdout + ran.stderr)
    check(f"{what}: the recorder ended well", ran.returncode == 0, f"{ran.returncode}: {ran.stderr}")
    captured, _ = numbers_in(reel)
    lost = lost_calls(info_of(reel))
    check(f"{what}: captured + lost = happened", len(captured) + sum(lost.values()) == CALLS, f"{len(captured)} + {lost}")
    check(f"{what}: the stall is named as the cause", not lost or "the output stalled, and the buffer was full" in lost, lost)
    table = json.loads(subprocess.check_output([f"{BIN}/trace-stats", "--json", reel], stderr=subprocess.DEVNULL, timeout=120))
    check(f"{what}: every reader says the same", table["lost"] == sum(lost.values()), table["lost"])


def interrupted(folder):
    """A signal at every second call that a signal can interrupt costs nothing. (It does not interrupt reading /proc and /sys.)"""
    for call in ("write", "pread64", "epoll_wait", "wait4", "waitid", "poll", "clock_nanosleep", "fsync", "close"):
        reel = f"{folder}/eintr-{call}.reel"
        ran = record(reel, [f"{call}:error=EINTR:when=1+2"], CALLS // 10, everywhere=True)
        captured, _ = numbers_in(reel)
        check(f"EINTR at every second {call}: nothing is missing",
              ran.returncode == 0 and "status 0" in ran.stdout and len(captured) + sum(lost_calls(info_of(reel)).values()) == CALLS // 10, ran.stderr)


def at_close(folder):
    """A file system that tells at the end only."""
    reel = f"{folder}/close.reel"
    ran = record(reel, ["close:error=EIO"])
    check("close fails: the command ran to its end", "status 0" in ran.stdout, ran.stdout)
    check("close fails: the recorder says so", ran.returncode == 125 and "closing the reel" in ran.stderr, f"{ran.returncode}: {ran.stderr}")
    check("close fails: what is there reads", numbers_in(reel)[1] == 0)


def main():
    with tempfile.TemporaryDirectory() as folder:
        for n in (1, 2, 3, 5, 8):
            one_fault(folder, "ENOSPC" if n % 2 else "EIO", n)
        for n, torn in ((2, False), (4, False), (3, True), (6, True)):
            every_fault(folder, "EIO" if torn else "ENOSPC", n, torn)
        for n in (2, 3):
            stall(folder, n)
        interrupted(folder)
        at_close(folder)
    print(f"{failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
