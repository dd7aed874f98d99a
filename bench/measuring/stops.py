"""The engine that stops its target, against strace: the same work, the same text."""
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
    rows = []
    for mine, theirs in pairs:
        made = calls * 20 if "seccomp" in mine.name else calls
        samples = {mine.name: [], theirs.name: []}
        for _ in range(rounds):
            for tool in (mine, theirs):
                samples[tool.name].append(bench.cost(dd(made), tool.launch).wall / made)
        target = 1.0 if "seccomp" in mine.name else MOST
        rows.append(Row("dd bs=1", mine.name, f"x {theirs.name}", ratios(samples[mine.name], samples[theirs.name]), target,
                        note=f"{1e9 * sum(samples[mine.name]) / rounds:.0f} ns a call"))
    return rows
