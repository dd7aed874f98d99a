"""What a reel holds, as the readers tell it."""
import json
import os
import subprocess


def facts(bench, reel):
    """Calls by name, their sum, events, and calls lost."""
    stats = subprocess.run([bench.tool("trace-stats"), "--json", reel], capture_output=True, text=True, check=True)
    table = json.loads(stats.stdout)
    calls = {row["name"]: row["calls"] for row in table["rows"]}
    info = subprocess.run([bench.tool("trace-info"), reel], capture_output=True, text=True, check=True).stdout
    events = next((int(line.split()[1]) for line in info.splitlines() if line.startswith("content")), 0)
    return {"calls": calls, "sum": sum(calls.values()), "events": events, "lost": table["lost"]}


def least_bytes(bench, reel):
    """Bytes an event that nobody who records the same facts can do without."""
    program = os.path.join(bench.build, "bin", "size_floor")
    return float(subprocess.run([program, reel], capture_output=True, text=True, check=True).stdout)
