#!/usr/bin/env python3
"""The memory of the readers does not grow with the reel: a recording is repeated, each time later and with other processes, until
it is as long as wanted, and every kind of answer is asked of it.

    long_reels.py BIN_DIR PROGRAMS_DIR [EVENTS]
"""
import os
import subprocess
import sys
import tempfile

BOUND = 256 << 20   # bytes, whatever the length
GROWTH = 16 << 20   # bytes more than on a tenth of the reel: buffers that fill, and the index
READERS = [["trace-report", "--errors"], ["trace-report", "--diagnose"], ["trace-report", "--summary"], ["trace-report", "-c"], ["trace-stats"],
           ["trace-stats", "--by", "path"], ["trace-report", "-f"], ["trace-info", "--verify"]]
# Children, pipes, signals, files that are and that are not there.
WORKLOAD = "for i in 1 2 3 4 5 6 7 8; do ls -l /etc | sort >/dev/null; cat /no/such/file 2>/dev/null; kill -USR1 $$; done"


def peak_of(command):
    """Peak resident memory of a command, in bytes. Its output goes nowhere."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    told = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{' '.join(command)}: status {status}\n{told}")
    return usage.ru_maxrss * 1024


def main():
    bin_dir, _, *length = sys.argv[1:]
    events = int(length[0]) if length else 2_000_000
    bad = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("REEL_FOLDER")) as folder:
        source, short, long = (f"{folder}/{name}.reel" for name in ("source", "short", "long"))
        subprocess.run([f"{bin_dir}/trace-record", "-q", "-f", "-o", source, "--", "sh", "-c", f"trap : USR1; {WORKLOAD}"], check=True)
        for path, count in ((short, events // 10), (long, events)):
            subprocess.run([f"{bin_dir}/long_reel", path, str(count), source], check=True, stdout=subprocess.DEVNULL)
        print(f"{events} events, {os.path.getsize(long)} bytes")
        for reader in READERS:
            command = [f"{bin_dir}/{reader[0]}", *reader[1:]]
            small, large = peak_of([*command, short]), peak_of([*command, long])
            print(f"{' '.join(reader)}: {small >> 20} MiB, ten times the events: {large >> 20} MiB", flush=True)
            if large > BOUND or large > small + GROWTH:
                bad.append(" ".join(reader))
    if bad:
        sys.exit("memory grows with the reel: " + ", ".join(bad))


main()
