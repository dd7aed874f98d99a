"""A redis server under load of 20 clients: throughput, the slowest hundredth, and the server's CPU a request."""
import csv
import glob
import io
import os
import shutil
import socket
import statistics
import subprocess

from measuring import reels
from measuring.rows import Row
from measuring.run import end_tool, wait_for
from measuring.tools import is_attached, size_of

# Throughput at least, p99 at most, CPU a request at most; over native.
TARGETS = {"trace-record": (0.97, 1.15, 1.05), "trace-record -e network": (0.99, None, 1.03), "trace-record -Z": (0.99, None, 1.03)}
# What is recorded cannot cost less than the steps of the hot path, and what is filtered not less than empty programs.
FLOORS = {"trace-record": "floor: payload", "trace-record -e network": "floor: dispatch", "trace-record -Z": "floor: dispatch"}
BYTES_TARGET = 4.0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def cpu_of(pid):
    """Nanoseconds that all threads of a process have run."""
    total = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total


def load(port, requests):
    """Requests a second and p99 in ms, of gets and sets together."""
    done = subprocess.run(["redis-benchmark", "-p", str(port), "-c", "20", "-n", str(requests), "-t", "set,get", "--csv"],
                          capture_output=True, text=True, check=True)
    rows = [row for row in csv.DictReader(io.StringIO(done.stdout))]
    return statistics.mean(float(row["rps"]) for row in rows), max(float(row["p99_latency_ms"]) for row in rows)


def measure(tool, pid, port, requests):
    """One round under one tool; None is native."""
    recorder = None
    if tool:
        if tool.output and os.path.exists(tool.output):
            os.unlink(tool.output)
        recorder = subprocess.Popen(tool.attach(pid), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: is_attached(tool, pid, recorder), f"{tool.name} to attach")
    before = cpu_of(pid)
    rate, p99 = load(port, requests)
    used = (cpu_of(pid) - before) / (2 * requests)
    if recorder:
        end_tool(tool, recorder)
    return rate, p99, used


def redis(bench, tools, rounds, requests):
    if not shutil.which("redis-server") or not shutil.which("redis-benchmark"):
        return []
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=bench.scratch)
    try:
        wait_for(lambda: answers(port), "redis-server")
        load(port, requests // 4)
        seen, found = {}, []
        for number in range(rounds):
            for tool in [None] + tools:
                slow = tool is not None and tool.slowdown > 50
                if slow and number > 1:
                    continue
                seen.setdefault(tool.name if tool else "native", []).append(
                    measure(tool, server.pid, port, max(requests // 100, 500) if slow else requests))
                if tool and tool.name == "trace-record":
                    facts = reels.facts(bench, tool.output)
                    found.append((size_of(tool) / max(facts["events"], 1), facts["lost"], reels.least_bytes(bench, tool.output)))
    finally:
        server.terminate()
        server.wait(timeout=30)
    return rows_of(seen, found)


def rows_of(seen, found):
    native = seen["native"]
    rows = [Row("redis", "native", "requests a second", [rate for rate, _, _ in native])]
    for name, values in seen.items():
        if name == "native":
            continue
        pairs = list(zip(values, native))
        targets = TARGETS.get(name, (None, None, None))
        floors = list(zip(seen.get(FLOORS.get(name), []), native))
        for field, unit in enumerate(("of native throughput", "x native p99", "x native CPU a request")):
            row = Row("redis", name, unit, [mine[field] / base[field] for mine, base in pairs], targets[field], at_least=field == 0)
            if floors:
                row.floor = statistics.median(mine[field] / base[field] for mine, base in floors)
            rows.append(row)
    if found:
        lost = sum(each[1] for each in found)
        rows.append(Row("redis", "trace-record", "bytes an event", [each[0] for each in found], BYTES_TARGET,
                        floor=statistics.median(each[2] for each in found), note=f"{lost} lost" if lost else "nothing lost"))
    return rows
