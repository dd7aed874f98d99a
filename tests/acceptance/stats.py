"""The figures of trace-stats against a program's own count, against perf's counters and against perf trace -s.

    stats.py BIN_DIR PROGRAMS_DIR

Counts and errors must be equal, always. Of the short calls perf's counters tell them, as perf trace misses some of a burst (3 to 30 of 3,000
on a slow machine that does nothing else, with or without a recorder); of those that last milliseconds perf trace does, with their times, in one
attempt. These times agree within 5 %: what the program measures around a call contains what the recorder measures in it, always; and where
nobody took the processor from it in between, they are as good as equal. On a busy machine that may take more than one attempt.
"""
import csv
import os
import re
import subprocess
import sys
import tempfile

ATTEMPTS = 10
TOLERANCE = 0.05
SHORT = {"getppid": ("sys_enter_getppid", None), "fchdir": ("sys_enter_fchdir", "sys_exit_fchdir")}  # perf's counters of calls, of errors
LEAST = {"clock_nanosleep": 2_000_000, "poll": 5_000_000}  # nanoseconds that each call lasts at least


def by_perf(path):
    """{call: (calls, errors, nanoseconds)} of the program's section."""
    figures, inside = {}, False
    for line in open(path):
        if re.match(r" \S+ \(\d+\), \d+ events", line):
            inside = line.startswith(" timed_calls ")
        row = re.match(r"   (\w+) +(\d+) +(\d+) +([\d.]+) ", line)
        if inside and row:
            figures[row.group(1)] = (int(row.group(2)), int(row.group(3)), float(row.group(4)) * 1e6)
    return figures


def by_counters(path):
    """{call: (calls, errors)} of the short calls."""
    counted = {event: int(count) for count, event in re.findall(r"^(\d+),[^,]*,syscalls:(\w+)", open(path).read(), re.MULTILINE)}
    return {name: (counted[calls], counted[errors] if errors else 0) for name, (calls, errors) in SHORT.items()}


def attempt(bin_dir, programs, folder):
    reel, perf, counts = (os.path.join(folder, name) for name in ("t.reel", "perf", "counts"))
    counters = ["perf", "stat", "-x,", "-o", counts]
    for calls, errors in SHORT.values():
        counters += ["-e", f"syscalls:{calls}"] + (["-e", f"syscalls:{errors}", "--filter", "ret < 0"] if errors else [])
    said = subprocess.run(counters + ["--", "perf", "trace", "-s", "-o", perf, "--", f"{bin_dir}/trace-record", "-q", "--engine", "ebpf", "-o", reel, "--",
                           f"{programs}/timed_calls"], stdout=subprocess.PIPE, text=True, check=True).stdout
    own = {name: tuple(map(int, figures)) for name, *figures in map(str.split, said.splitlines())}
    table = subprocess.run([f"{bin_dir}/trace-stats", "--csv", reel], stdout=subprocess.PIPE, text=True, check=True).stdout
    ours = {row["syscall"]: (int(row["calls"]), int(row["errors"]), int(row["time"])) for row in csv.DictReader(table.splitlines())}
    return own, ours, by_perf(perf), by_counters(counts)


def main():
    bin_dir, programs = sys.argv[1:]
    for _ in range(ATTEMPTS):
        with tempfile.TemporaryDirectory() as folder:
            own, ours, perf, counters = attempt(bin_dir, programs, folder)
        if len(own) != 4:
            sys.exit(f"the program said {own}")
        for name, (count, errors, measured) in own.items():
            if ours[name][:2] != (count, errors):
                sys.exit(f"{name}: {count} calls, {errors} errors; trace-stats says {ours[name][:2]}")
            if measured and not count * LEAST[name] <= ours[name][2] <= measured:
                sys.exit(f"{name}: {ours[name][2]} ns, which is not between {count * LEAST[name]} and the program's {measured}")
            if name in SHORT and counters[name] != (count, errors):
                sys.exit(f"{name}: {count} calls, {errors} errors; perf counts {counters[name]}")
        if any(perf[name][:2] != own[name][:2] for name in LEAST):
            why = f"perf trace counts {({name: perf[name][:2] for name in LEAST})} where the program made {own}"
            continue
        off = {name: abs(ours[name][2] - reference) / reference
               for name in LEAST for reference in (own[name][2], perf[name][2])}
        why = f"times do not agree within {TOLERANCE:.0%}: {off}"
        if max(off.values()) <= TOLERANCE:
            print("counts and errors are equal; times agree within", f"{max(off.values()):.2%}")
            return
    sys.exit(f"{ATTEMPTS} attempts, and at the last one {why}")


main()
