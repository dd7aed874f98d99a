"""Runs commands and says what they cost."""
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass
class Cost:
    """Seconds. `wall` and `cpu` are the target's; `tool_cpu` is what the tool used while the target ran."""

    wall: float
    cpu: float
    tool_cpu: float


def fail(message):
    sys.exit(f"bench: {message}")


class Bench:
    """Where things are: the build under test, a scratch folder, the compiled workloads."""

    def __init__(self, build, scratch):
        self.build, self.scratch = build, scratch
        self.programs = {}
        here = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "workloads")
        for source in sorted(os.listdir(here)):
            if source.endswith(".c"):
                program = os.path.join(scratch, source[:-2])
                subprocess.run(["cc", "-O2", "-pthread", "-o", program, os.path.join(here, source)], check=True)
                self.programs[source[:-2]] = program

    def tool(self, name):
        path = os.path.join(self.build, "bin", name)
        if not os.access(path, os.X_OK):
            fail(f"{path} is not built; build the release preset first")
        return path

    def file(self, name):
        return os.path.join(self.scratch, name)

    def cost(self, command, wrap=lambda command: command):
        """Runs `command` under a tool; `wrap` turns it into the command line of the tool."""
        facts = self.file("timed.txt")
        done = subprocess.run(wrap([self.programs["timed"], facts] + command), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        if done.returncode != 0:
            fail(f"{' '.join(wrap(command))} ended with {done.returncode}:\n{done.stderr}")
        with open(facts) as file:
            wall, user, system, tool = (int(word) / 1e9 for word in file.read().split())
        return Cost(wall, user + system, tool)


def end_tool(tool, process):
    """Ends a tool that is attached. One that will not is killed: what it leaves in the kernel would slow all that follows."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=120)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        fail(f"{tool.name} did not end by SIGINT")


def wait_for(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            fail(f"waited {seconds} s in vain for {what}")
        time.sleep(0.01)
