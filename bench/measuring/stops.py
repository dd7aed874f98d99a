"""The engine that stops its target, against strace: the same work, the same text."""
import statistics

from measuring.rows import Row
from measuring.storms import dd, ratios
from measuring.tools import Tool, ours, strace

MOST = 0.75


def stops(bench, rounds, calls):
    text = bench.file("text.txt")
    live = [bench.tool("trace-strace"), "-f", "-o", text]
    pairs = [(Tool("trace-strace -f", lambda command: live + command, output=text), strace(bench, "strace -f")),
             (ours(bench, "trace-record --engine ptrace", "--engine", "ptrace"), strace(bench, "strace -f")),
             (Tool("trace-strace --seccomp-bpf", lambda command: live + ["--seccomp-bpf", "-e", "trace=openat"] + command, output=text),
              strace(bench, "strace --seccomp-bpf", "--seccomp-bpf", "-e", "trace=openat"))]
    floor = Tool("floor: seccomp", lambda command: [bench.programs["seccomp"]] + command)  # what is filtered costs what the filter costs
    rows = []
    for mine, theirs in pairs:
        filtered = "seccomp" in mine.name
        made = calls * 20 if filtered else calls
        tools = [mine, theirs] + ([floor] if filtered else [])
        samples = {tool.name: [] for tool in tools}
        for _ in range(rounds):
            for tool in tools:
                samples[tool.name].append(bench.cost(dd(made), tool.launch).wall / made)
        row = Row("dd bs=1", mine.name, f"x {theirs.name}", ratios(samples[mine.name], samples[theirs.name]), 1.0 if filtered else MOST,
                  note=f"{1e9 * sum(samples[mine.name]) / rounds:.0f} ns a call")
        if filtered:
            row.floor = statistics.median(ratios(samples[floor.name], samples[theirs.name]))
        rows.append(row)
    return rows
