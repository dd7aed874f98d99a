"""The ways to record: a name, the command line that records a command, and the one that records a running process."""
import os
import shutil
from dataclasses import dataclass, field
from typing import Callable, Optional

from measuring.run import fail


@dataclass
class Tool:
    name: str
    launch: Callable                      # command -> command line
    attach: Optional[Callable] = None     # pid -> command line
    output: Optional[str] = None          # the file it writes
    ours: bool = False
    slowdown: int = 1                     # storms are so many times shorter under it
    modes: frozenset = field(default_factory=frozenset)


def ours(bench, name, *options, program="trace-record", slowdown=1):
    """One mode of our recorder."""
    reel = bench.file("bench.reel")
    base = [bench.tool(program), "-q", "--force", *options, "-o", reel]
    return Tool(name, lambda command: base + ["-f", "--"] + command, lambda pid: base + ["-p", str(pid)], reel, True, slowdown)


def strace(bench, name, *options, slowdown=100):
    text = bench.file("strace.txt")
    base = ["strace", "-f", "-o", text, *options]
    return Tool(name, lambda command: base + ["--"] + command, lambda pid: base + ["-p", str(pid)], text, slowdown=slowdown)


def perf(bench, name, verb, *options, slowdown=1):
    data = bench.file("perf.data")
    base = ["perf", verb, *options, "-o", data]
    return Tool(name, lambda command: base + ["--"] + command, lambda pid: base + ["-p", str(pid)], data, slowdown=slowdown)


def bpftrace(bench):
    """The same facts as a script: time and number at entry and exit, for the command and what it forks."""
    text = bench.file("bpftrace.txt")
    script = ("tracepoint:raw_syscalls:sys_enter /@t[pid]/ { @s[tid] = nsecs; } "
              "tracepoint:raw_syscalls:sys_exit /@s[tid]/ { printf(\"%d %d %d\\n\", tid, args->id, nsecs - @s[tid]); } "
              "tracepoint:sched:sched_process_exec { @t[pid] = 1; }")
    return Tool("bpftrace", lambda command: ["bpftrace", "-q", "-o", text, "-e", script, "-c", " ".join(command)], None, text, slowdown=10)


NATIVE = Tool("native", lambda command: command)

STEPS = ("exit-only", "dispatch", "filter", "clocks", "record", "payload", "no-duration", "count")


def floors(bench, say, names=("payload", "no-duration", "count")):
    """Steps of the hot path as tools: bench/hot_path."""
    program = os.path.join(bench.build, "bin", "hot_path")
    if not os.access(program, os.X_OK):
        say("hot_path is not built: no floors")
        return []
    return [Tool(f"floor: {name}", lambda command, name=name: [program, name] + command,
                 lambda pid, name=name: [program, name, "-p", str(pid)]) for name in names]


def peers(bench, say):
    """The tools of others that this machine has; says which it has not."""
    found = []
    if shutil.which("strace"):
        found += [strace(bench, "strace -f"), strace(bench, "strace --seccomp-bpf -e openat", "--seccomp-bpf", "-e", "trace=openat", slowdown=1)]
    else:
        say("strace is not here: skipped")
    if shutil.which("perf"):
        found += [perf(bench, "perf record", "record", "-q", "-e", "raw_syscalls:sys_enter,raw_syscalls:sys_exit", slowdown=4),
                  perf(bench, "perf trace", "trace", slowdown=10)]
    else:
        say("perf is not here: skipped")
    if shutil.which("bpftrace"):
        found.append(bpftrace(bench))
    else:
        say("bpftrace is not here: skipped")
    return found


def runs_on_this_machine(tool, bench, say):
    """Tries a tool on a command that does nothing."""
    import subprocess
    try:
        done = subprocess.run(tool.launch(["true"]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              text=True, errors="replace", timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"{tool.name} does not run here ({error}): skipped")
        return False
    if done.returncode != 0:
        say(f"{tool.name} does not run here ({done.stderr.strip().splitlines()[-1:] or done.returncode}): skipped")
    return done.returncode == 0


def is_attached(tool, pid, recorder):
    """Whether a tool that was started for the running process `pid` has begun."""
    if recorder.poll() is not None:
        fail(f"{tool.name} ended before it was told to")
    if tool.name.startswith("strace"):
        with open(f"/proc/{pid}/status") as file:
            return "TracerPid:\t0\n" not in file.read()
    if tool.name.startswith("floor"):
        with open(f"/proc/{recorder.pid}/comm") as file:
            return file.read() == "attached\n"
    return size_of(tool) > 0


def size_of(tool):
    return os.path.getsize(tool.output) if tool.output and os.path.exists(tool.output) else 0
