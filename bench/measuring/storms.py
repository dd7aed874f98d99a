"""Storms of tiny calls on one thread and on two: what one call costs under each tool."""
import statistics

from measuring import reels
from measuring.rows import Row
from measuring.run import fail
from measuring.tools import NATIVE, size_of

# Targets by mode: over native.
STORM_TARGETS = {"trace-record": 1.9, "trace-record --no-duration": 1.6, "trace-record --count": 1.6}
# The floor of a mode: what runs only the unavoidable part of it.
FLOORS = {"trace-record": "floor: payload", "trace-record --no-duration": "floor: no-duration", "trace-record --count": "floor: count"}
MOST_ADDED_NS = 140          # two threads, per call
MOST_BYTES_AN_EVENT = 1.1
MOST_CONSUMER_NS = 120       # recorder's own CPU an event


def dd(calls):
    return ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", f"count={calls // 2}", "status=none"]


def check_counts(bench, tool, made, where):
    """Captured + lost = happened: `made` reads and writes were made by the loop, and a few reads by the loader."""
    found = reels.facts(bench, tool.output)
    seen = found["calls"].get("read", 0) + found["calls"].get("write", 0)
    if found["lost"] == 0 and not made <= seen <= made + 100:
        fail(f"{tool.name} on {where}: {seen} reads and writes in the reel, {made} made, and none said to be lost")
    if seen + found["lost"] < made:
        fail(f"{tool.name} on {where}: {seen} captured + {found['lost']} lost < {made} made")
    return found


def rounds_of(bench, tools, command_for, rounds, calls):
    """Seconds a call of the target for each tool, one a round; interleaved, so that a busy moment hits all."""
    wall, cpu, facts = {}, {}, {}
    for _ in range(rounds):
        for tool in tools:
            made = calls // tool.slowdown
            cost = bench.cost(command_for(made), tool.launch)
            wall.setdefault(tool.name, []).append(cost.wall / made)
            cpu.setdefault(tool.name, []).append(cost.cpu / made)
            if tool.ours:
                found = check_counts(bench, tool, made, command_for(made)[0]) if tool.output.endswith(".reel") else {"events": 0, "lost": 0}
                found["bytes"] = size_of(tool)
                found["consumer"] = cost.tool_cpu
                facts.setdefault(tool.name, []).append(found)
    return wall, cpu, facts


def ratios(values, base):
    return [mine / native for mine, native in zip(values, base)]


def storm(bench, tools, rounds, calls):
    """dd bs=1, and what it tells of the recorder itself."""
    every = [NATIVE] + tools
    wall, cpu, facts = rounds_of(bench, every, dd, rounds, calls)
    rows = [Row("dd bs=1", "native", "ns a call", [1e9 * value for value in wall["native"]])]
    for tool in tools:
        row = Row("dd bs=1", tool.name, "x native", ratios(wall[tool.name], wall["native"]), STORM_TARGETS.get(tool.name))
        if FLOORS.get(tool.name) in wall:
            row.floor = statistics.median(ratios(wall[FLOORS[tool.name]], wall["native"]))
        row.note = f"CPU x{sum(cpu[tool.name]) / sum(cpu['native']):.2f}"
        lost = sum(each["lost"] for each in facts.get(tool.name, []))
        if lost:
            row.note += f", {lost} lost"
        rows.append(row)
    for name, found in facts.items():
        if name != "trace-record":
            continue
        rows.append(Row("dd bs=1", name, "bytes an event", [each["bytes"] / max(each["events"], 1) for each in found], MOST_BYTES_AN_EVENT))
        rows.append(Row("dd bs=1", name, "ns of the recorder's CPU an event",
                        [1e9 * each["consumer"] / max(each["events"], 1) for each in found], MOST_CONSUMER_NS))
    return rows


def steps(bench, tools, rounds, calls):
    """The hot path taken apart: what each step adds to a call of dd bs=1, on top of those before it."""
    wall, _, _ = rounds_of(bench, [NATIVE] + tools, dd, rounds, calls)
    return [Row("dd bs=1", tool.name, "ns added to a call", [1e9 * (mine - native) for mine, native in zip(wall[tool.name], wall["native"])])
            for tool in tools]


def two_threads(bench, tools, rounds, calls):
    def command(made):
        return [bench.programs["two_threads"], str(made // 2)]

    wall, _, facts = rounds_of(bench, [NATIVE] + tools, command, rounds, calls)
    # Each thread makes half of the calls in that time.
    rows = [Row("two threads", "native", "ns a call", [2e9 * value for value in wall["native"]])]
    for tool in tools:
        added = [2e9 * (mine - native) for mine, native in zip(wall[tool.name], wall["native"])]
        row = Row("two threads", tool.name, "ns added to a call", added, MOST_ADDED_NS if tool.name == "trace-record" else None)
        if tool.ours:
            if FLOORS[tool.name] in wall:
                row.floor = statistics.median(2e9 * (least - native) for least, native in zip(wall[FLOORS[tool.name]], wall["native"]))
            lost = sum(each["lost"] for each in facts[tool.name])
            row.note = f"{lost} lost" if lost else "nothing lost"
        rows.append(row)
    return rows
