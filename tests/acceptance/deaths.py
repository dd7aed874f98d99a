#!/usr/bin/env python3
"""Every way to die that a diagnosis tells apart, for real: recorded, diagnosed, compared with what must and must not be said.

    deaths.py BIN_DIR PROGRAMS_DIR

As root. The OOM killer and cgroup.kill need control groups: where none is mounted the test mounts its own, and fails with
the reason where that is not possible.
"""
import os
import re
import subprocess
import sys
import tempfile

failures = 0


def check(what, good, detail=""):
    global failures
    failures += 0 if good else 1
    print(("ok: " if good else "NOT OK: ") + what + ("" if good else "\n" + detail), flush=True)


class Diagnosis:
    """The findings of a reel, by the name of the process they concern."""

    def __init__(self, text):
        self.text = text
        self.findings = re.split(r"\n\n", text)[1:]

    def of(self, process):
        found = [f for f in self.findings if re.match(rf"(error|warning|note), \w+: {re.escape(process)} \(pid", f)]
        return found[0] if len(found) == 1 else None if not found else "several: " + "\n".join(found)


def record(bin_dir, reel, command, engine="ebpf", options=()):
    subprocess.run([f"{bin_dir}/trace-record", "-q", "-f", "--force", "--engine", engine, *options, "-o", reel, "--", *command],
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=200)
    run = subprocess.run([f"{bin_dir}/trace-report", "--diagnose", reel], capture_output=True, text=True, timeout=100)
    return Diagnosis(run.stdout + run.stderr)


# Process: what its one finding must contain, in this order. None: no finding at all.
EVERY_DEATH = {
    "null-write": [r"error, certain: .*died of SIGSEGV: it wrote through a null pointer, 24 bytes behind it",
                   r"faults\+0x[0-9a-f]+ \(write_through\+0x", r"trap 14, error code 0x6, fault address 0x18", r"rdi 0x0", r"\[null-pointer,"],
    "null-read": [r"error, certain: .*it read through a null pointer\n", r"trap 14, error code 0x4", r"\[null-pointer,"],
    "null-call": [r"error, certain: .*called a function through a null pointer", r"error code 0x14", r"\[null-call,"],
    "non-canonical": [r"error, certain: .*not a null pointer", r"trap 13", r"\[non-canonical-address,"],
    "wild": [r"error, probable: .*wrote to 0x100000000000", r"\[wild-address,"],
    "read-only": [r"error, certain: .*wrote to 0x\w+, in memory that is read-only", r"r-- anonymous memory", r"#\d+ +mapped or protected so", r"\[read-only,"],
    "closed": [r"error, certain: .*closed to all access \(PROT_NONE\)", r"\[read-only,"],
    "no-exec": [r"error, certain: .*jumped to 0x\w+, in memory that may not be executed", r"error code 0x15", r"\[not-executable,"],
    "unmapped": [r"error, certain: .*memory that it had unmapped: 0x\w+, 4660 bytes into", r"#\d+ +mapped\n", r"#\d+ +unmapped by thread", r"\[use-after-unmap,"],
    "remapped": None,
    "stack-main": [r"error, certain: .*stack overflowed: the main thread's .*RLIMIT_STACK is 1 MiB", r"\[stack-overflow,"],
    "stack-thread": [r"error, certain: .*stack overflowed: thread \d+ used all 2\d\d KiB", r"\[stack-overflow,"],
    "truncated": [r"error, certain: .*died of SIGBUS: it wrote to byte 20000 of the mapped file .*/shrinking, .*truncated \(pid \d+\) had shortened it",
                  r"#\d+ +ftruncate\(\d+, 4096\) = 0", r"\[truncated-file,"],
    "divide": [r"error, certain: .*died of SIGFPE: it divided an integer by zero"],
    "trap": [r"error, certain: .*died of SIGILL: .*ud2"],
    "failed-check": [r'error, certain: .*died of SIGABRT: it called abort\(\) after it had written "faults: check failed"'],
    "forbidden": [r"error, certain: .*died of SIGSYS: a seccomp filter forbids the call getppid"],
    "handled": None,
    "sent-segv": [r"error, certain: .*died of SIGSEGV: faults \(pid \d+, uid 0\) sent the signal by kill", r"\[killed-by-process,"],
    "sent-kill": [r"error, certain: .*died of SIGKILL: faults \(pid \d+, uid 0\) sent the signal by kill", r"not for memory", r"\[killed-by-process,"],
    "sent-term": [r"note, certain: .*died of SIGTERM: faults"],
    "cpu-limit": [r"error, certain: .*used up its CPU time, 1 s \(RLIMIT_CPU", r"\[cpu-limit,"],
    "left-behind": [r"error, certain: .*first process of its pid namespace", r"#\d+ +the end of that process", r"\[pid-namespace-end,"],
    "namespace": None,
    "threads-exit": None,
    "exit-137": [r"note, certain: .*exited with status 137: it chose this status itself", r"\[plain-status,"],
    "inner": [r"error, certain: .*died of SIGKILL: it sent the signal to itself", r"\[killed-by-process,"],
    "passes-on": [r"note, certain: .*exited with status 137: .*its child inner \(pid \d+\) died of SIGKILL; it was not killed itself", r"\[child-died,"],
    "no-memory": [r"error, certain: .*refused memory: .*512 MiB more.*address space, 256 MiB \(RLIMIT_AS\); nobody killed it",
                  r"#\d+ +mmap\(NULL, 536870912.*ENOMEM", r"\[address-space-limit,"],
    "less-memory": None,
}


def in_order(finding, patterns):
    at = 0
    for pattern in patterns:
        match = re.search(pattern, finding[at:])
        if not match:
            return pattern
        at += match.start()
    return None


def judge(engine, diagnosis, expected):
    for process, patterns in expected.items():
        finding = diagnosis.of(process)
        if patterns is None:
            check(f"{engine}: {process}: nothing is found", finding is None, str(finding))
        else:
            missing = in_order(finding, patterns) if finding else "a finding"
            check(f"{engine}: {process}", missing is None, f"  no match for: {missing}\n{finding or diagnosis.text}")


def cgroup_mount(folder, kind, options, marker):
    """A mounted hierarchy of that kind, mounted here if there is none."""
    with open("/proc/self/mounts") as mounts:
        for line in mounts:
            _, where, what, given = line.split()[:4]
            if what == kind and (options is None or options in given.split(",")) and os.path.exists(f"{where}/{marker}"):
                return where
    where = f"{folder}/{kind}"
    os.makedirs(where, exist_ok=True)
    mounted = subprocess.run(["mount", "-t", kind, *(["-o", options] if options else []), "none", where], capture_output=True, text=True)
    if mounted.returncode != 0:
        return None
    return where


def memory_cgroup(folder):
    """A new group with a limit of 24 MiB, of either version; and its limit's file."""
    where = cgroup_mount(folder, "cgroup", "memory", "memory.limit_in_bytes")
    limit = "memory.limit_in_bytes"
    if where is None:
        where, limit = cgroup_mount(folder, "cgroup2", None, "cgroup.controllers"), "memory.max"
        if where is None or "memory" not in open(f"{where}/cgroup.controllers").read().split():
            return None
        with open(f"{where}/cgroup.subtree_control", "w") as control:
            control.write("+memory")
    group = f"{where}/sysreel-deaths-{os.getpid()}"
    os.mkdir(group)
    with open(f"{group}/{limit}", "w") as file:
        file.write(str(24 << 20))
    return group


def main():
    bin_dir, programs = sys.argv[1:3]
    faults = f"{programs}/faults"
    with tempfile.TemporaryDirectory() as folder:
        reel = f"{folder}/deaths.reel"
        diagnosis = record(bin_dir, reel, [faults, folder])
        judge("ebpf", diagnosis, EVERY_DEATH)

        # What the evidence names can be looked at.
        number = re.search(r"#(\d+) +ftruncate", diagnosis.text)
        shown = subprocess.run([f"{bin_dir}/trace-report", "--at", number.group(1) if number else "1", reel], capture_output=True, text=True).stdout
        check("--at shows the event that a finding names", number and re.search(rf"^> #{number.group(1)} .*ftruncate\(\d+, 4096\) += 0$", shown, re.M), shown)
        page = subprocess.run([f"{bin_dir}/trace-report", "--summary", reel], capture_output=True, text=True).stdout
        check("--summary says what ran, how it ended and what was found",
              in_order(page, [r"what +\S*faults", r"exited with status 0", r"calls by time", r"wait4", r"errors", r"findings in \d+ events", r"error: null-write"]) is None, page)

        group = memory_cgroup(folder)
        check("a memory cgroup can be made here (the OOM killer needs one: mount -t cgroup -o memory, or version 2's controller)", group is not None)
        if group:
            judge("ebpf", record(bin_dir, reel, [faults, folder, "oom", group]), {
                "oom": [r"error, certain: .*OOM killer chose it while it used \d.*its memory cgroup", r"anonymous memory: .* by thread \d+ from",
                        r"#\d+ +chosen by the OOM killer", r"SI_KERNEL", r"\[oom-kill,"]})
            os.rmdir(group)

        unified = cgroup_mount(folder, "cgroup2", None, "cgroup.procs")
        check("a cgroup of version 2 can be made here (cgroup.kill needs one)", unified is not None)
        if unified:
            group = f"{unified}/sysreel-deaths-{os.getpid()}"
            os.mkdir(group)
            judge("ebpf", record(bin_dir, reel, [faults, folder, "cgroup-kill", group]), {
                "cgroup-kill": [r"error, certain: .*faults \(pid \d+, uid 0\) killed its whole control group by writing to cgroup.kill", r"\[cgroup-kill,"]})
            os.rmdir(group)

        judge("ebpf", record(bin_dir, reel, ["timeout", "-s", "KILL", "0.1", "sleep", "60"]), {
            "sleep": [r"error, certain: .*its time was up: timeout \(pid", r"\[timeout,"],
            "timeout": [r"note, certain: .*as the command ended whose time was up"]})
        judge("ebpf, only files", record(bin_dir, reel, [faults, folder, "unmapped"], options=["-e", "trace=%file", "--strict-filter"]), {
            "faults": [r"error, probable: .*wrote to 0x\w+, where nothing may be accessed", r"not known: where the address came from"]})
        judge("ptrace", record(bin_dir, reel, [faults, folder, "null-write", "unmapped", "failed-check", "sent-segv"], engine="ptrace"), {
            "null-write": [r"error, probable: .*it used a null pointer, 24 bytes behind it", r"rdi 0x0", r"not known: .*ptrace"],
            "unmapped": [r"error, probable: .*touched memory that it had unmapped", r"unmapped by thread"],
            "failed-check": [r'error, certain: .*abort\(\) after it had written "faults: check failed"']})
        for mounted in ("cgroup", "cgroup2"):
            if os.path.ismount(f"{folder}/{mounted}"):
                subprocess.run(["umount", f"{folder}/{mounted}"], check=True)
    print(f"{failures} failed")
    sys.exit(1 if failures else 0)


main()
