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


def different_ways(bin_dir, program, options, least):
    """Of each way to the text in which it is not what the program expects: what the way is, and the difference."""
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out"
        shown = [*options, "-o", out, "-e", f"trace={CALLS}"]
        ways = {}
        for engine in ("ptrace", "ebpf"):
            reel = f"{folder}/{engine}.reel"
            ways[f"live, {engine}"] = [[f"{bin_dir}/trace-strace", f"--engine={engine}", *shown, program, *options]]
            ways[f"reel, {engine}"] = [[f"{bin_dir}/trace-record", "-q", "--engine", engine, "-o", reel, "--", program, *options],
                                       [f"{bin_dir}/trace-report", *shown, reel]]
        for way, commands in ways.items():
            said = [subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=120, check=True).stdout
                    for command in commands]
            with open(out, errors="surrogateescape") as file:
                ours = lines_of(file.read())
            expected = said[0].splitlines()
            if len(expected) < least:
                sys.exit(f"{way}: the program says little: {expected}")
            if ours != expected:
                yield way, difflib.unified_diff(expected, ours, "expected", "ours", n=0, lineterm="")


def main():
    bin_dir, programs = sys.argv[1:3]
    program = f"{programs}/newer_calls"
    failed = False
    for options, least in ([], 40), (["-v"], 7):
        for way, difference in different_ways(bin_dir, program, options, least):
            failed = True
            print(f"== {way}", *options, *difference, sep="\n")
    sys.exit(failed)


main()
