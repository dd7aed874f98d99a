"""What a recording of one process costs all the others, and what a recorder costs that has nothing to do."""
import os
import re
import shutil
import statistics
import subprocess
import time
from contextlib import contextmanager

from measuring.rows import Row
from measuring.run import end_tool, wait_for
from measuring.storms import dd
from measuring.tools import is_attached

MOST_ADDED_NS = 48
MOST_SLOWDOWN = 1.01
MOST_IDLE = 0.2      # per cent of a CPU


@contextmanager
def recording_of_another(tool):
    """A recording of a process that sleeps, or the programs of a floor on it."""
    sleeper = subprocess.Popen(["sleep", "1000"])
    if tool.output and os.path.exists(tool.output):
        os.unlink(tool.output)
    recorder = subprocess.Popen(tool.attach(sleeper.pid), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: is_attached(tool, sleeper.pid, recorder), f"{tool.name} to attach")
        yield recorder
    finally:
        sleeper.kill()
        sleeper.wait()
        end_tool(tool, recorder)


def sched_pipe(loops):
    """Seconds of perf's own pipe benchmark."""
    done = subprocess.run(["perf", "bench", "sched", "pipe", "-l", str(loops)], capture_output=True, text=True, check=True)
    return float(re.search(r"Total time: ([\d.]+)", done.stdout).group(1))


def others(bench, tool, floors, rounds, calls):
    """An untraced storm, a pipe between two processes and a loop of page faults, with a recording beside them and without."""
    probes = {"untraced dd bs=1": lambda: bench.cost(dd(calls)).wall / calls,
              "untraced page faults": lambda: bench.cost([bench.programs["faults"], "10"]).wall}
    if shutil.which("perf"):
        probes["untraced sched pipe"] = lambda: sched_pipe(max(calls // 20, 1000))
    alone, beside, unavoidable = {}, {}, {}
    for _ in range(rounds):
        for name, probe in probes.items():
            alone.setdefault(name, []).append(probe())
        with recording_of_another(tool):
            for name, probe in probes.items():
                beside.setdefault(name, []).append(probe())
        for floor in floors:
            with recording_of_another(floor):
                for name, probe in probes.items():
                    unavoidable.setdefault(name, []).append(probe())
    rows = []
    for name in probes:
        in_ns = name == "untraced dd bs=1"

        def compared(seconds):
            return [1e9 * (one - base) if in_ns else one / base for one, base in zip(seconds, alone[name])]
        unit, target = ("ns added to a call", MOST_ADDED_NS) if in_ns else ("x alone", MOST_SLOWDOWN)
        row = Row(name, tool.name, unit, compared(beside[name]), target)
        if name in unavoidable:
            row.floor = statistics.median(compared(unavoidable[name]))
        rows.append(row)
    return rows


def idle(tool, seconds):
    """Per cent of a CPU that a recorder uses while its target sleeps, after it has begun."""
    with recording_of_another(tool) as recorder:
        time.sleep(1)

        def used():
            with open(f"/proc/{recorder.pid}/schedstat") as file:
                return int(file.read().split()[0]) / 1e9
        before, begin = used(), time.monotonic()
        time.sleep(seconds)
        share = 100 * (used() - before) / (time.monotonic() - begin)
    return [Row("idle target", tool.name, "% of a CPU", [share], MOST_IDLE)]
