#!/usr/bin/env python3
"""Compares our text with that of the installed strace, byte for byte, on small deterministic programs.

    differential.py BIN_DIR PROGRAMS_DIR [MODE|PROGRAM]...    MODE: live | ptrace | ebpf; without one: all three

live: trace-strace prints while the program runs. ptrace, ebpf: trace-record with that engine, once a program, and a
trace-report for every set of options. Programs run without address randomisation, so that even pointers must be equal. Lines
that differ on purpose are listed, with the reason, in differences.txt beside this file; a row there that no longer excuses
anything is an error, too.
"""

import concurrent.futures
import ctypes
import difflib
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = ["files", "memory_time_poll", "processes", "network", "devices", "matrix"]
MODES = ["live", "ptrace", "ebpf"]

# Reading options, each tried on every program: live, and on the reels.
OPTIONS = [
    "", "-v", "-s 5", "-s 0", "-x", "-xx", "-a 20", "-y", "-yy", "-n", "-i", "-z", "-Z", "-f", "-q", "-qqq",
    "-X raw", "-X verbose", "-t", "-tt", "-ttt", "-r", "-T", "-ttt -r -T -n -i", "--absolute-timestamps=ns --syscall-times=ns",
    "-e trace=%file", "-e trace=!read,write", "-e trace=/^s.*at", "-e trace=none", "-e raw=all", "-e raw=openat,/stat",
    "-e abbrev=none", "-e verbose=none", "-e status=failed", "-e signal=none", "-e quiet=all", "-e write=1,2", "-e read=all",
    "-e decode-fds=path,dev", "-P /no/such/folder/file", "--strings-in-hex=non-ascii-chars",
    "-c -S name -U name,calls,errors", "-C -S calls -U calls,errors,name",
]
# Options that concern the running program: live alone.
LIVE_OPTIONS = ["-Y", "-E NEW=value", "-u root", "-I 1", "-D", "-DD", "-DDD", "-b execve", "--seccomp-bpf -f", "-f --seccomp-bpf -e trace=%network"]
ADDR_NO_RANDOMIZE = 0x0040000  # personality(2)
SHOWN = int(os.environ.get("SHOW", 8))  # lines of a difference


def run(command):
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   timeout=240, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})


def neutral(text, options):
    """Without what no two runs share: inodes of sockets, random bytes, times asked for, and where the launcher
    keeps argv and environment."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if re.search(r"\bexecve\(", line):
            line = re.sub(r"0x[0-9a-f]{5,}", "ADDRESS", re.sub(r"\[[0-9a-f]{16}\]", "[IP]", re.sub(r" +=", " =", line)))
        if re.search(r"\bgetrandom\(", line):
            line = re.sub(r" +=", " =", re.sub(r"getrandom\([^,]*, 8", "getrandom(RANDOM, 8", line))
        if re.search(r"-t|-r|-T|times", options):
            line = re.sub(r"^[ \d:.+(]*\d\)?(?= )", lambda clock: re.sub(r"\d| (?=[ \d])", "N", clock[0]), line)
            line = re.sub(r" <[\d.]+>$", lambda time: re.sub(r"\d", "N", time[0]), line)
        lines[i] = line
    # Inodes of two runs may have different numbers of digits, and so other blanks before the result.
    return re.sub(r"\[INODES\]>.*", lambda rest: re.sub(r" +=", " =", rest[0]), re.sub(r"\[\d+(->\d+)?\]>", "[INODES]>", "\n".join(lines)))


def without_pids(*texts):
    """The lines of texts in which the process ids of all of them read PID: a size that happens to be the id of one run
    must not differ for that in another."""
    pids = {pid for text in texts for pid in re.findall(r"^(\d+) +(?=\D)|set_tid_address\(.*= (\S+?)(?: <[N.]+>)?$", text, re.M) for pid in pid if pid}
    if not pids:
        return [text.splitlines() for text in texts]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, pids))})\b")
    return [re.sub("^PID +", "PID ", pattern.sub("PID", text), flags=re.M).splitlines() for text in texts]


class Outputs:
    """What strace and we print for each program and set of options. Each is made once, several at a time."""

    def __init__(self, bin_dir, programs_dir, folder):
        self.bin_dir, self.programs_dir, self.folder = bin_dir, programs_dir, folder
        self.texts = {}

    def make(self, programs, modes):
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            def each(function, *lists):
                list(pool.map(lambda job: function(*job), ((a, b, c) for a in lists[0] for b in lists[1] for c in lists[2])))
            reels = [mode for mode in modes if mode != "live"]
            each(self.record, reels, programs, [None])
            each(self.print_text, reels, programs, OPTIONS)
            live = OPTIONS + LIVE_OPTIONS if "live" in modes else []
            each(self.print_text, ["live"], programs, live)
            each(self.print_text, ["strace"], programs, live or OPTIONS)

    def reel(self, mode, program):
        return f"{self.folder}/{program}.{mode}.reel"

    def record(self, mode, program, _):
        run([f"{self.bin_dir}/trace-record", "-s", "1024", "--engine", mode, "-o", self.reel(mode, program), "--",
             f"{self.programs_dir}/{program}"])

    def print_text(self, mode, program, options):
        path = f"{self.programs_dir}/{program}"
        out = f"{self.folder}/{mode}.{program}.{(OPTIONS + LIVE_OPTIONS).index(options)}"
        reader, subject = {"strace": ("strace", path), "live": (f"{self.bin_dir}/trace-strace", path)}.get(
            mode, (f"{self.bin_dir}/trace-report", self.reel(mode, program)))
        run([reader, "-o", out, *options.split(), subject])
        with open(out, errors="surrogateescape") as file:
            self.texts[mode, program, options] = neutral(file.read(), options)


class Differences:
    """The rows of differences.txt: `modes | expression on strace's line | reason`."""

    def __init__(self, path, mode):
        self.rows = []
        for line in open(path):
            if line.strip() and not line.startswith("#"):
                modes, expression, reason = (part.strip() for part in line.split(" | ", 2))
                if mode in modes.split(","):
                    self.rows.append([re.compile(expression), reason, 0])

    def excuse(self, line):
        for row in self.rows:
            if row[0].search(line):
                row[2] += 1
                return True
        return False

    def unused(self):
        return [(expression.pattern, reason) for expression, reason, used in self.rows if used == 0]


def compare(expected, got, differences):
    """The lines of a diff that nothing excuses."""
    bad = []
    matcher = difflib.SequenceMatcher(None, expected, got, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        left, right = expected[a:b], got[c:d]
        if len(left) == len(right) and all(l == r or differences.excuse(l) for l, r in zip(left, right)):
            continue
        bad += ["- " + line for line in left] + ["+ " + line for line in right]
    return bad


def report(mode, program, options, bad):
    print(f"{program} {options}: {len(bad)} lines differ ({mode})")
    print("\n".join("  " + line for line in bad[:SHOWN]))


def main():
    bin_dir, programs_dir, *chosen = sys.argv[1:]
    modes = [mode for mode in MODES if mode in chosen] or MODES
    programs = [program for program in PROGRAMS if program in chosen] or PROGRAMS
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        outputs = Outputs(bin_dir, programs_dir, folder)
        outputs.make(programs, modes)
        for mode in modes:
            differences = Differences(os.path.join(os.path.dirname(__file__), "differences.txt"), mode)
            situations, lines = set(), 0
            for (made_by, program, options), text in sorted(outputs.texts.items()):
                if made_by != mode:
                    continue
                expected, got = without_pids(outputs.texts["strace", program, options], text)
                lines += len(expected)
                situations.update((program, line) for line in expected if not options)
                if bad := compare(expected, got, differences):
                    failed += 1
                    report(mode, program, options, bad)
            print(f"{mode}: {len(situations)} different calls in situations, {lines} lines with all options compared")
            failed += lines == 0
            if programs == PROGRAMS:
                for expression, reason in differences.unused():
                    print(f"differences.txt: nothing differs any more by {expression!r} ({reason}) ({mode})")
                    failed += 1
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
