#!/usr/bin/env python3
"""Compares our text with that of the installed strace, byte for byte, on small deterministic programs.

    differential.py BIN_DIR PROGRAMS_DIR MODE [PROGRAM]    MODE: live | ptrace | ebpf

live: trace-strace prints while the program runs. ptrace, ebpf: trace-record with that engine, then trace-report.
Programs run without address randomisation, so that even pointers must be equal. Lines that differ on purpose are listed, with
the reason, in differences.txt beside this file; a row there that no longer excuses anything is an error, too.
"""

import ctypes
import difflib
import os
import re
import subprocess
import sys
import tempfile

PROGRAMS = ["files", "memory_time_poll", "processes", "network", "matrix"]

# Reading options, each tried on every program in live mode and in those that read a reel.
OPTIONS = [
    [], ["-v"], ["-s", "5"], ["-x"], ["-xx"], ["-a", "20"], ["-y"], ["-yy"], ["-n"], ["-z"], ["-Z"],
    ["-X", "verbose"], ["-e", "trace=%file"], ["-e", "trace=!read,write"], ["-e", "trace=/^s.*at"],
    ["-e", "abbrev=none"], ["-e", "status=failed"], ["-e", "signal=none"],
    ["-e", "quiet=all"], ["-e", "write=1,2"], ["-qqq"], ["--strings-in-hex=non-ascii-chars"], ["--syscall-limit=20"],
]
# Known not to be equal yet in some lines; said in the output of every run, so that nobody takes them for tested.
NOT_YET_EQUAL = ["-s 0", "-X raw", "-e raw=all", "-e verbose=none"]
NOT_IN_THIS_STRACE = {"--syscall-limit=20"}
ADDR_NO_RANDOMIZE = 0x0040000  # personality(2)


def run(command, **keywords):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          timeout=120, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, **keywords)


def neutral(text):
    """Without what no two runs share: inodes of sockets, random bytes, and where the launcher keeps argv and environment."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        if re.match(r"(\[ *\d+\] )?execve\(", line):
            lines[i] = re.sub(r"0x[0-9a-f]{5,}", "ADDRESS", line)
        if re.match(r"(\[ *\d+\] )?getrandom\(", line):
            lines[i] = re.sub(r" +=", " =", re.sub(r"getrandom\([^,]*, 8", "getrandom(RANDOM, 8", line))
    return re.sub(r"\[\d+(->\d+)?\]>", "[INODES]>", "\n".join(lines))


def without_pids(*texts):
    """The lines of texts in which the process ids of all of them read PID: a size that happens to be the id of one run
    must not differ for that in another."""
    pids = {pid for text in texts for pid in re.findall(r"set_tid_address\(.*= (\S+)$", text, re.M)}
    if not pids:
        return [text.splitlines() for text in texts]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, pids))})\b")
    return [pattern.sub("PID", text).splitlines() for text in texts]


def text_of_strace(program, options, folder):
    out = f"{folder}/strace.txt"
    run(["strace", "-o", out, *options, program])
    return neutral(open(out, errors="surrogateescape").read())


def text_of_ours(bin_dir, mode, program, options, folder):
    out = f"{folder}/ours.txt"
    if mode == "live":
        run([f"{bin_dir}/trace-strace", "-o", out, *options, program])
    else:
        reel = f"{folder}/x.reel"
        run([f"{bin_dir}/trace-record", "--force", "--engine", mode, "-o", reel, "--", program])
        run([f"{bin_dir}/trace-report", "-o", out, *options, reel])
    return neutral(open(out, errors="surrogateescape").read())


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


def main():
    bin_dir, programs_dir, mode = sys.argv[1:4]
    programs = sys.argv[4:] or PROGRAMS
    ctypes.CDLL(None).personality(ADDR_NO_RANDOMIZE)
    differences = Differences(os.path.join(os.path.dirname(__file__), "differences.txt"), mode)
    lines = pairs = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for program in programs:
            for options in OPTIONS:
                if NOT_IN_THIS_STRACE & set(options):
                    continue
                path = f"{programs_dir}/{program}"
                expected, got = without_pids(text_of_strace(path, options, folder),
                                             text_of_ours(bin_dir, mode, path, options, folder))
                lines += len(expected)
                pairs += len(set(expected)) if not options else 0
                bad = compare(expected, got, differences)
                if bad:
                    failed += 1
                    print(f"{program} {' '.join(options)}: {len(bad)} lines differ ({mode})")
                    print("\n".join("  " + line for line in bad[:int(os.environ.get('SHOW', 8))]))
    print(f"{mode}: {pairs} different calls in situations, {lines} lines with all options compared, {failed} runs with differences")
    print(f"{mode}: not compared, because not yet equal: {'; '.join(NOT_YET_EQUAL)}")
    for expression, reason, used in differences.rows:
        if used == 0 and not sys.argv[4:]:
            print(f"differences.txt: nothing differs any more by {expression.pattern!r} ({reason})")
            failed += 1
    sys.exit(1 if failed or lines == 0 else 0)


if __name__ == "__main__":
    main()
