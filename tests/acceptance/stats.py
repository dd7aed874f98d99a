"""The figures of trace-stats against a program's own count and against perf trace -s.

    stats.py BIN_DIR PROGRAMS_DIR

Counts and errors must be equal to the program's own. perf trace misses calls where all CPUs are busy: its figures must be equal in one
attempt, or, if it missed some in every one, less by no more than 2 %. Times of calls that last milliseconds agree within 5 %: what the
program measures around a call contains what the recorder measures in it, always; and where nobody took the processor from it in between, they are as good as
equal. On a busy machine that may take more than one attempt.
"""
import csv
import os
import re
import subprocess
import sys
import tempfile

ATTEMPTS = 10
TOLERANCE = 0.05
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


def missed_few(seen, happened):
    return all(most * 0.98 <= count <= most for count, most in zip(seen, happened))


def attempt(bin_dir, programs, folder):
    reel, perf = os.path.join(folder, "t.reel"), os.path.join(folder, "perf")
    said = subprocess.run(["perf", "trace", "-s", "-o", perf, "--", f"{bin_dir}/trace-record", "-q", "--engine", "ebpf", "-o", reel, "--",
                           f"{programs}/timed_calls"], stdout=subprocess.PIPE, text=True, check=True).stdout
    own = {name: tuple(map(int, figures)) for name, *figures in map(str.split, said.splitlines())}
    table = subprocess.run([f"{bin_dir}/trace-stats", "--csv", reel], stdout=subprocess.PIPE, text=True, check=True).stdout
    ours = {row["syscall"]: (int(row["calls"]), int(row["errors"]), int(row["time"])) for row in csv.DictReader(table.splitlines())}
    return own, ours, by_perf(perf)


def main():
    bin_dir, programs = sys.argv[1:]
    for number in range(1, ATTEMPTS + 1):
        with tempfile.TemporaryDirectory() as folder:
            own, ours, perf = attempt(bin_dir, programs, folder)
        if len(own) != 4:
            sys.exit(f"the program said {own}")
        for name, (count, errors, measured) in own.items():
            if ours[name][:2] != (count, errors):
                sys.exit(f"{name}: {count} calls, {errors} errors; trace-stats says {ours[name][:2]}")
            if measured and not count * LEAST[name] <= ours[name][2] <= measured:
                sys.exit(f"{name}: {ours[name][2]} ns, which is not between {count * LEAST[name]} and the program's {measured}")
        missed = any(perf[name][:2] != figures[:2] for name, figures in own.items())
        if missed and not (number == ATTEMPTS and all(missed_few(perf[name][:2], figures[:2]) for name, figures in own.items())):
            why = f"perf trace counts {({name: perf[name][:2] for name in own})} where the program made {own}"
            continue
        off = {name: abs(ours[name][2] - reference) / reference
               for name in LEAST for reference in (own[name][2], perf[name][2])}
        why = f"times do not agree within {TOLERANCE:.0%}: {off}"
        if max(off.values()) <= TOLERANCE:
            print("counts and errors are equal; times agree within", f"{max(off.values()):.2%}")
            return
    sys.exit(f"{ATTEMPTS} attempts, and at the last one {why}")


main()
