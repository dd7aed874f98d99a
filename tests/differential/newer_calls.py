#!/usr/bin/env python3
"""Holds our text against the lines that newer_calls says strace 7.2 prints: live, by both engines, and from a reel.

    newer_calls.py BIN_DIR PROGRAMS_DIR
"""

import difflib
import re
import subprocess
import sys
import tempfile

CALLS = ("rseq,rseq_slice_yield,listns,listmount,fsmount,landlock_create_ruleset,landlock_add_rule,ioctl,fcntl,openat2,sched_getattr")


def lines_of(text):
    """Without blanks before the result, what the C library does at the start, and the end of the program."""
    return [re.sub(r"\) +=", ") =", line) for line in text.splitlines()
            if not line.startswith("+++") and "0x53053053" not in line]


def main():
    bin_dir, programs = sys.argv[1:3]
    program = f"{programs}/newer_calls"
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out"
        ways = {
            "live, ptrace": [[f"{bin_dir}/trace-strace", "-o", out, "-e", f"trace={CALLS}", program]],
            "live, ebpf": [[f"{bin_dir}/trace-strace", "--engine=ebpf", "-o", out, "-e", f"trace={CALLS}", program]],
        }
        for engine in ("ptrace", "ebpf"):
            reel = f"{folder}/{engine}.reel"
            ways[f"reel, {engine}"] = [[f"{bin_dir}/trace-record", "-q", "--engine", engine, "-o", reel, "--", program],
                                       [f"{bin_dir}/trace-report", "-o", out, "-e", f"trace={CALLS}", reel]]
        for way, commands in ways.items():
            said = [subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=120, check=True).stdout
                    for command in commands]
            with open(out, errors="surrogateescape") as file:
                ours = lines_of(file.read())
            expected = said[0].splitlines()
            if len(expected) < 40:
                sys.exit(f"{way}: the program says little: {expected}")
            if ours != expected:
                failed = True
                print(f"== {way}", *difflib.unified_diff(expected, ours, "expected", "ours", n=0, lineterm=""), sep="\n")
    sys.exit(failed)


main()
