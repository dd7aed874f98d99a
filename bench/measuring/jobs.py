"""Real work with a beginning and an end: a compile job, and a walk over many files."""
import os
import statistics

from measuring import reels
from measuring.rows import Row
from measuring.storms import ratios
from measuring.tools import NATIVE, size_of

WALL_TARGETS = {("compile", "trace-record"): 1.05}
FLOOR = "floor: payload"
BYTES_TARGETS = {"compile": 5.0, "files": 5.5}


def compile_job(bench, files=8):
    """make -j2 of a few C files with many headers."""
    folder = bench.file("compile")
    if not os.path.isdir(folder):
        os.mkdir(folder)
        for i in range(files):
            with open(os.path.join(folder, f"unit{i}.c"), "w") as source:
                source.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <pthread.h>\n"
                             "#include <sys/socket.h>\n#include <netinet/in.h>\n#include <sys/mman.h>\n#include <math.h>\n")
                source.writelines(f"int f{i}_{j}(int x) {{ char b[64]; snprintf(b, sizeof b, \"%d\", x); return (int)strlen(b) + {j}; }}\n"
                                  for j in range(60))
        with open(os.path.join(folder, "Makefile"), "w") as rules:
            units = " ".join(f"unit{i}.o" for i in range(files))
            rules.write(f"all: {units}\n%.o: %.c\n\tcc -O1 -c -o $@ $<\n")
    return ["make", "-B", "-s", "-j2", "-C", folder]


def walk(_bench):
    """Looks at every file below two folders that every system has."""
    return ["find", "/usr/share", "/usr/lib", "-size", "+1000G"]


def jobs(bench, tools, rounds):
    rows = []
    for name, command in (("compile", compile_job(bench)), ("files", walk(bench))):
        bench.cost(command)  # the caches are warm from here on
        wall, cpu, found = {}, {}, []
        for number in range(rounds):
            for tool in [NATIVE] + tools:
                if tool.slowdown > 50 and number > 1:
                    continue  # two rounds show what a tool that stops its target costs
                cost = bench.cost(command, tool.launch)
                wall.setdefault(tool.name, []).append(cost.wall)
                cpu.setdefault(tool.name, []).append(cost.cpu)
                if tool.name == "trace-record":
                    facts = reels.facts(bench, tool.output)
                    found.append((size_of(tool) / max(facts["events"], 1), facts["lost"], reels.least_bytes(bench, tool.output)))
        rows.append(Row(name, "native", "s", wall["native"]))
        for tool in tools:
            row = Row(name, tool.name, "x native", ratios(wall[tool.name], wall["native"]), WALL_TARGETS.get((name, tool.name)))
            if tool.name == "trace-record" and FLOOR in wall:
                row.floor = statistics.median(ratios(wall[FLOOR], wall["native"]))
            row.note = f"CPU x{sum(cpu[tool.name]) / sum(cpu['native'][:len(cpu[tool.name])]):.2f}"
            rows.append(row)
        if found:
            lost = sum(each[1] for each in found)
            rows.append(Row(name, "trace-record", "bytes an event", [each[0] for each in found], BYTES_TARGETS[name],
                            floor=statistics.median(each[2] for each in found), note=f"{lost} lost" if lost else "nothing lost"))
    return rows
