"""How fast a reel is read: text, statistics and answers of a long recording, and what a reader waits for at its beginning."""
import os
import shutil
import subprocess
import time

from measuring.jobs import compile_job
from measuring.rows import Row
from measuring.storms import dd

EVENTS = 10_000_000
STORM_CALLS = 100_000   # of the storm that is read by perf
# What a reader does with 10 GB depends on the length of the index, and that on the number of chunks: so many, but small ones.
CHUNKS_OF_10_GB = 10 << 30 >> 18
EVENTS_OF_SMALL_CHUNK = 64

MOST_TO_FIRST_LINE = 50     # ms
MOST_TO_WINDOW = 200        # ms
# Command line without the reel -> millions a second at least: of lines and CPU where it prints calls, else of events on all CPUs.
TEXTS = {"trace-report": 3.0, "trace-report -f -ttt -T": None}
ANSWERS = {"trace-stats": 40.0, "trace-report --errors": 5.0, "trace-report --diagnose": 5.0}


def long_reel(bench, source, name, events, *chunk):
    """A recording repeated until it has so many events, each time at another time and of other processes; returns (path, events)."""
    path = bench.file(name)
    program = os.path.join(bench.build, "bin", "long_reel")
    said = subprocess.run([program, path, str(events), source, *map(str, chunk)], check=True, capture_output=True, text=True).stdout
    return path, int(said.split()[1])


def rate(bench, command, count, by_cpu):
    """Millions a second."""
    cost = bench.cost(command)
    return count / (cost.cpu if by_cpu else cost.wall) / 1e6


def lines_of(command):
    """How many lines it prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as reader:
        return sum(part.count(b"\n") for part in iter(lambda: reader.stdout.read(1 << 20), b""))


def wait_of_first_line(command):
    """ms from the start of the program to its first byte."""
    begin = time.monotonic()
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        reader.stdout.read(1)
        return 1e3 * (time.monotonic() - begin)
    finally:
        reader.kill()
        reader.stdout.close()
        reader.wait()


def perf_rows(bench, rounds):
    """What perf's readers make of its own recording of a storm: millions of lines or calls a second of CPU."""
    if not shutil.which("perf"):
        return []
    data = bench.file("read.perf.data")
    subprocess.run(["perf", "record", "-q", "-e", "raw_syscalls:sys_enter,raw_syscalls:sys_exit", "-o", data, "--"] + dd(STORM_CALLS),
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    rows = []
    for name, command, count in (("perf script", ["perf", "script", "-i", data], 2 * STORM_CALLS),
                                 ("perf trace -i", ["perf", "trace", "-i", data], STORM_CALLS),
                                 ("perf trace -s -i", ["perf", "trace", "-s", "-i", data], STORM_CALLS)):
        what = "calls" if "-s" in command else "lines"
        rows.append(Row("reading", name, f"M {what} a second and CPU", [rate(bench, command, count, True) for _ in range(rounds)]))
    return rows


def reading(bench, recorder, rounds, scale):
    bench.cost(compile_job(bench), recorder.launch)
    source = bench.file("read.reel")
    shutil.copyfile(recorder.output, source)
    reel, events = long_reel(bench, source, "long.reel", int(EVENTS * scale))
    rows = []
    for name, target in (TEXTS | ANSWERS).items():
        program, *options = name.split()
        command = [bench.tool(program)] + options + [reel]
        is_text = name in TEXTS
        unit = "M lines a second and CPU" if is_text else f"M events a second on {os.cpu_count()} CPUs"
        count = lines_of(command) if is_text else events
        rows.append(Row("reading", name, unit, [rate(bench, command, count, is_text) for _ in range(rounds)], target, at_least=True))
    rows += perf_rows(bench, rounds)
    chunks = int(CHUNKS_OF_10_GB * scale)
    reel, events = long_reel(bench, source, "indexed.reel", chunks * EVENTS_OF_SMALL_CHUNK, EVENTS_OF_SMALL_CHUNK)
    note = f"{events / EVENTS_OF_SMALL_CHUNK / 1000:.0f} thousand chunks"
    report = bench.tool("trace-report")
    rows.append(Row("reading", "trace-report, first line", "ms", [wait_of_first_line([report, reel]) for _ in range(rounds)],
                    MOST_TO_FIRST_LINE, note=note))
    window = [report, "--window", "10..11", reel]
    rows.append(Row("reading", "trace-report, a window of 1 s", "ms", [1e3 * bench.cost(window).wall for _ in range(rounds)],
                    MOST_TO_WINDOW, note=note))
    return rows
