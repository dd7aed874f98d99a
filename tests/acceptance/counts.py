#!/usr/bin/env python3
"""Counts calls twice, by our recorder and by `perf stat`, over the same window of a real program, and compares.

    counts.py BIN_DIR ENGINE WORKLOAD [stalled]     WORKLOAD: ls | git | cxx | redis

The target is stopped at both ends of the window, so that both counters see exactly the same calls. Captured + lost must equal
what perf counted, name by name where nothing was lost; the target's own output and exit status must be those of an untraced run.
stalled: the rings are as small as they can be and the recorder is stopped while the target runs. Calls must be lost, because the
rings were full and for no other reason, and the sum must be the same.
"""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Tracepoints are called after the kernel's functions; a few functions are not called as the system call is.
RENAMED = {
    "newstat": "stat", "newlstat": "lstat", "newfstat": "fstat", "newuname": "uname", "umount": "umount2",
    "sendfile64": "sendfile", "sched_setaffinity": "sched_setaffinity",
}


MEMORY_LIMIT = 100 * 1024  # KiB, on two CPUs


def wait_for(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise SystemExit(f"timed out waiting for {what}")
        time.sleep(0.02)


def tasks_of(pid):
    try:
        return [int(tid) for tid in os.listdir(f"/proc/{pid}/task")]
    except FileNotFoundError:
        return []


def state_of(tid):
    with open(f"/proc/{tid}/stat") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def read(path):
    with open(path) as file:
        return file.read()


def is_stopped(pid):
    return all(state_of(tid) in "Tt" for tid in tasks_of(pid))


class Window:
    """Both counters attached to a stopped target, from enter to exit."""

    def __init__(self, bin_dir, engine, pid, folder, stalled):
        self.stalled = stalled
        self.target = pid
        self.reel = os.path.join(folder, "window.reel")
        self.counts = os.path.join(folder, "perf.csv")
        self.said = os.path.join(folder, "recorder.txt")
        self.perf = subprocess.Popen(
            ["perf", "stat", "-x,", "-o", self.counts, "-e", "syscalls:sys_enter_*", "-p", str(pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.recorder = subprocess.Popen(
            [f"{bin_dir}/trace-record", "--engine", engine, "-f", "-o", self.reel, "-p", str(pid)]
            + (["--buffer", "1"] if stalled else []),
            stdin=subprocess.DEVNULL, stderr=open(self.said, "w"))
        wait_for(lambda: os.path.exists(self.reel) and os.path.getsize(self.reel) > 0, "the recorder")
        wait_for(lambda: len(os.listdir(f"/proc/{self.perf.pid}/fd")) > 100, "perf")
        time.sleep(1.0)

    def open(self):
        """Lets the target run."""
        if self.stalled:
            self.recorder.send_signal(signal.SIGSTOP)
            wait_for(lambda: is_stopped(self.recorder.pid), "the recorder to stop")
        os.kill(self.target, signal.SIGCONT)

    def close(self):
        """The target has ended, and the recorder ends by itself, or is stopped."""
        self.recorder.send_signal(signal.SIGCONT)
        if not os.path.exists(f"/proc/{self.target}"):
            self.recorder.wait(timeout=60)
        for counter in (self.recorder, self.perf):
            if counter.poll() is None:
                counter.send_signal(signal.SIGINT)
            counter.wait(timeout=60)

    def counted_by_perf(self):
        counts = {}
        for line in open(self.counts):
            fields = line.split(",")
            if len(fields) < 3 or "sys_enter_" not in line or not fields[0].isdigit():
                continue
            name = fields[2].split("sys_enter_")[1]
            if int(fields[0]):
                counts[RENAMED.get(name, name)] = int(fields[0])
        return counts

    def counted_by_us(self, bin_dir):
        table = json.loads(subprocess.check_output([f"{bin_dir}/trace-stats", "--json", self.reel]))
        return {row["name"]: row["calls"] for row in table["rows"]}, table["lost"]

    def memory(self):
        """KiB that the recorder takes: its own pages, and those of its BPF maps and programs, each counted once."""
        folder = f"/proc/{self.recorder.pid}"
        resident = int(re.search(r"VmRSS:\s+(\d+)", read(f"{folder}/status"))[1])
        mapped = sum(int(size) for size in re.findall(r"anon_inode:bpf-map\n.*?\nRss:\s+(\d+)", read(f"{folder}/smaps"), re.S))
        kept = {}
        for name in os.listdir(f"{folder}/fdinfo"):
            info = read(f"{folder}/fdinfo/{name}")
            owner, size = re.search(r"(?:map|prog)_id:\s+\d+", info), re.search(r"memlock:\s+(\d+)", info)
            if owner and size:
                kept[owner[0]] = int(size[1]) // 1024
        return resident - mapped + sum(kept.values())

    def loss_by_cause(self, bin_dir):
        """Calls lost, by cause, as trace-info tells them."""
        info = subprocess.check_output([f"{bin_dir}/trace-info", self.reel], text=True)
        return {cause: int(count) for count, cause in re.findall(r"(\d+) calls: (.+)", info)}


def start_held(command, folder):
    """Starts a command that stops itself right before its execve; returns it with the file its output goes to."""
    output = open(os.path.join(folder, "output"), "w+b")
    held = subprocess.Popen(["sh", "-c", 'kill -STOP $$; exec "$@"', "sh", *command], cwd=folder,
                            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    wait_for(lambda: state_of(held.pid) == "T", "the command to hold itself")
    return held, output


def record_command(bin_dir, engine, command, folder, stalled):
    held, output = start_held(command, folder)
    window = Window(bin_dir, engine, held.pid, folder, stalled)
    window.open()
    status = held.wait(timeout=1200)
    window.close()
    output.seek(0)
    return window, status, output.read()


def command_workload(name, engine, folder):
    """The command, and what puts the folder back to where it was before a run."""
    if name == "ls":
        # All of /usr is too much for an engine that stops the target at every call.
        return ["ls", "-lR", "/usr/share/doc" if engine == "ptrace" else "/usr"], lambda: None
    if name == "git":
        origin = os.path.join(folder, "origin")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
        subprocess.run(["git", "init", "-q", origin], **quiet)
        for number in range(40):
            with open(f"{origin}/file{number}", "w") as file:
                file.write(f"{number}\n" * 500)
            subprocess.run(["git", "-C", origin, "add", "."], **quiet)
            subprocess.run(["git", "-C", origin, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", str(number)], **quiet)
        copy = os.path.join(folder, "copy")
        return ["git", "clone", "-q", "--no-local", origin, copy], lambda: shutil.rmtree(copy, ignore_errors=True)
    if name == "cxx":
        for number in range(3):
            with open(f"{folder}/unit{number}.cc", "w") as file:
                file.write(f"#include <map>\n#include <string>\nstd::map<std::string, int> table{number};\n")
        with open(f"{folder}/Makefile", "w") as file:
            file.write("all: unit0.o unit1.o unit2.o\n%.o: %.cc\n\tg++ -c -O1 $< -o $@\n")
        return ["make", "-j2", "--no-print-directory", "-B"], lambda: None
    raise SystemExit(f"no workload {name}")


def check_counts(window, bin_dir, what):
    by_perf = window.counted_by_perf()
    by_us, lost = window.counted_by_us(bin_dir)
    happened, captured = sum(by_perf.values()), sum(by_us.values())
    print(f"{what}: happened {happened}, captured {captured}, lost {lost}")
    causes = window.loss_by_cause(bin_dir)
    if window.stalled and (lost == 0 or causes != {"the buffer was full": lost}):
        print(f"  lost by cause: {causes}; wanted are calls lost to a full ring, and no others")
        return False
    if lost == 0 and by_perf != by_us:
        for name in sorted(set(by_perf) | set(by_us)):
            if by_perf.get(name, 0) != by_us.get(name, 0):
                print(f"  {name}: perf {by_perf.get(name, 0)}, reel {by_us.get(name, 0)}")
        print(subprocess.check_output([f"{bin_dir}/trace-info", window.reel], text=True))
        return False
    return happened > 0 and captured + lost == happened


def check_command(bin_dir, engine, name, folder, stalled):
    command, reset = command_workload(name, engine, folder)
    reset()
    held, output = start_held(command, folder)
    os.kill(held.pid, signal.SIGCONT)
    plain_status = held.wait()
    output.seek(0)
    plain_output = output.read()
    reset()
    window, status, recorded_output = record_command(bin_dir, engine, command, folder, stalled)
    good = check_counts(window, bin_dir, f"{name} with {engine}")
    if (status, sorted(recorded_output.split(b"\n"))) != (plain_status, sorted(plain_output.split(b"\n"))):
        print(f"  the command's own output or status changed: {plain_status} became {status}")
        good = False
    return good


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def check_redis(bin_dir, engine, folder, stalled):
    port = str(free_port())
    server = subprocess.Popen(["redis-server", "--port", port, "--save", "", "--bind", "127.0.0.1", "--dir", folder],
                              stdout=subprocess.DEVNULL)
    try:
        benchmark = ["redis-benchmark", "-h", "127.0.0.1", "-p", port, "-c", "20", "-q", "-t", "set,get",
                     "-n", "2000" if engine == "ptrace" else "50000"]
        wait_for(lambda: subprocess.run(["redis-cli", "-p", port, "ping"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL).returncode == 0, "redis-server")
        os.kill(server.pid, signal.SIGSTOP)
        wait_for(lambda: is_stopped(server.pid), "redis-server to stop")
        window = Window(bin_dir, engine, server.pid, folder, stalled)
        window.open()
        clients = subprocess.run(benchmark, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
        os.kill(server.pid, signal.SIGSTOP)
        wait_for(lambda: is_stopped(server.pid), "redis-server to stop")
        memory = window.memory()
        window.close()
        os.kill(server.pid, signal.SIGCONT)
        good = check_counts(window, bin_dir, f"redis-server with {engine}")
        alive = subprocess.run(["redis-cli", "-p", port, "ping"], stdout=subprocess.PIPE, timeout=20).stdout.strip() == b"PONG"
        print(f"  memory of the recorder, BPF maps included: {memory // 1024} MiB")
        if memory > MEMORY_LIMIT and os.cpu_count() <= 2:
            print(f"  that is more than {MEMORY_LIMIT // 1024} MiB")
            good = False
        if clients.returncode != 0 or not alive:
            print("  redis-server did not live through it untouched")
            good = False
        return good
    finally:
        if server.poll() is None:
            server.send_signal(signal.SIGCONT)
            server.kill()
        server.wait()


def main():
    bin_dir, engine, workload = sys.argv[1:4]
    stalled = sys.argv[4:] == ["stalled"]
    with tempfile.TemporaryDirectory() as folder:
        if workload == "redis":
            check = check_redis(bin_dir, engine, folder, stalled)
        else:
            check = check_command(bin_dir, engine, workload, folder, stalled)
        sys.exit(0 if check else 1)


if __name__ == "__main__":
    main()
