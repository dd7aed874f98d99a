#!/usr/bin/env python3
"""Runs strace and trace-strace with the same command line and compares all that a caller sees: the text, what the program wrote,
the files that were made, and the exit status. Every option of tools/strace_options.def must stand in a row here (or in
differential.py's sets), so that a new option cannot go without a comparison.

    command_lines.py BIN_DIR OPTIONS_DEF [OPTIONS]...    OPTIONS: only the rows with these options
"""

import concurrent.futures
import ctypes
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time

import differential

# Programs that behave the same each time.
ECHO = "/bin/echo hi"
TREE = "/bin/sh -c '/bin/sleep 0.2; exit 4'"  # the shell waits long before its child ends
KILLED = "/bin/sh -c 'kill -9 $$'"
SIGNAL = "/bin/sh -c 'trap : USR1; kill -USR1 $$; exit 5'"
EXEC = "/bin/sh -c 'exec /bin/sleep 0.2'"  # lives on where it is let go, so that no tracer sees its end
READER = "/bin/sh -c 'echo ready; read line; echo $line; exit 6'"
MISSING = "/no/such/program"
TABLE = [r" +calls .*", r"-+ .*"]
WALL_TABLE = [r" +calls +wall-total +wall-min +wall-max +wall-avg +syscall", r"-+ .*"]
TRIED = "Try 'strace -h' for more information"
CALLS = "-e trace=write,exit_group,wait4,kill"

# (options, command). {pid} attaches to the command instead of launching it; {twice}: two of it.
ROWS = [
    # what is traced
    (f"-f -o out {CALLS}", TREE), (f"--follow-forks -o out {CALLS}", TREE), (f"-F -o out {CALLS}", TREE), (CALLS, TREE),
    (f"-ff {CALLS} -o out", TREE), (f"--follow-forks --output-separately {CALLS} --output=out", TREE),
    ("-b execve -f -e trace=execve", EXEC), ("--detach-on=execve -e trace=none", EXEC), ("-b open", ECHO),
    (f"-p {{pid}} {CALLS}", READER), (f"-q -p {{pid}} {CALLS}", READER), (f"--attach={{pid}} -qq {CALLS}", READER),
    (f"-p {{twice}} {CALLS}", READER), (f"-f -o out -p {{pid}} {CALLS}", READER),
    ("-p 0", ""), ("-p 999999999", ""), ("-p 1x", ""), ("-p 4194303", ""), ("-p ,", ""),
    ("-p {pid} -I 2 -e trace=read", READER),
    ("--seccomp-bpf -f -o out -e trace=exit_group", TREE), ("--seccomp-bpf -e trace=exit_group", ECHO),
    ("-u root -e trace=write", ECHO), ("--user=nobody -e trace=write", ECHO), ("-u no-such-user", ECHO),
    ("-E NEW=value -e trace=write", "/bin/sh -c 'echo $NEW'"), ("--env=NEW=a,b -E HOME -e trace=write", "/bin/sh -c 'echo $NEW $HOME'"),
    ("-D -e trace=write", ECHO), ("-DD -e trace=write", ECHO), ("-DDD -e trace=write", ECHO),
    ("--daemonize -e trace=write", ECHO), ("--daemonize=pgroup -e trace=write", ECHO), ("--daemonized=session -e trace=write", ECHO), ("--daemonised -e trace=write", ECHO),
    ("--daemonize=moon", ECHO),
    ("-I 1 -e trace=write", ECHO), ("--interruptible=never -e trace=write", ECHO), ("--interruptible=4 -e trace=write -o out", ECHO),
    ("-I 5", ECHO), ("--interruptible=moon", ECHO),
    # how it ends
    (CALLS, KILLED), (f"-q {CALLS}", KILLED), (f"-qq {CALLS}", KILLED), (f"-qqq {CALLS}", KILLED), (CALLS, SIGNAL),
    ("-e trace=none", MISSING), ("", "/etc/passwd"), ("-f -q -e trace=none", TREE), ("", ""), ("-o out", ""),
    # what is shown
    ("-e trace=write", ECHO), ("--trace=write", ECHO), ("-e write", ECHO), ("-ewrite -etrace=exit_group", ECHO), ("-e trace=no_such_call", ECHO),
    ("-e trace=?no_such_call", ECHO), ("-e trace=write@64", ECHO), ("-e trace=", ECHO), ("-e moon=write", ECHO), ("-e trace=%moon", ECHO),
    ("-e signal=SIGUSR1 -e trace=none", SIGNAL), ("--signals=!USR1 -e trace=none", SIGNAL), ("-e signal=MOON", ECHO), ("-e s=none -e trace=kill", SIGNAL),
    ("-e status=failed", ECHO), ("--status=successful,unfinished -e trace=%file", ECHO), ("--status=moon", ECHO),
    ("-P /etc/ld.so.cache", ECHO), ("--trace-path=/etc/ld.so.cache", ECHO), ("-P /dev/null -P /etc/ld.so.cache -e trace=openat", ECHO),
    ("-z -e trace=%file", ECHO), ("--successful-only -e trace=access", ECHO), ("-Z", ECHO), ("--failed-only -e trace=%file", ECHO),
    ("--failing-only -e trace=%file", ECHO), ("-z -Z -e trace=access", ECHO),
    # how it is shown
    ("-a 10 -e trace=write", ECHO), ("--columns=0 -e trace=write", ECHO), ("-a x", ECHO), ("-a -1", ECHO),
    ("-e abbrev=none -e trace=newfstatat -P /etc/ld.so.cache", ECHO), ("--abbrev=!newfstatat -P /etc/ld.so.cache", ECHO),
    ("-e verbose=none -e trace=newfstatat", ECHO), ("--verbose=none -e trace=newfstatat", ECHO),
    ("-e raw=write -e trace=write", ECHO), ("--raw=all -e trace=write,close", ECHO),
    ("-e read=3 -e trace=read", ECHO), ("--read=all -e trace=read", ECHO), ("-e write=1 -e trace=write", ECHO), ("--write=!0 -e trace=write", ECHO),
    ("-e read=x", ECHO), ("--quiet -e trace=none", ECHO), ("--quiet=exit -e trace=none", ECHO), ("--silent=all -e trace=none", KILLED),
    ("--silence=attach,exit -e trace=none", ECHO), ("--quiet=moon", ECHO), ("-q -qq -e trace=none", ECHO),
    ("--decode-fds -e trace=close,write", ECHO), ("--decode-fds=all -e trace=close", ECHO), ("-e decode-fds=none -e trace=close", ECHO),
    ("--decode-fds=moon", ECHO), ("-y -e trace=close", ECHO), ("-yy -e trace=close", ECHO), ("-y -y -y -e trace=close", ECHO),
    ("--decode-pids=comm -f -o out " + CALLS, TREE), ("-e decode-pids=none " + CALLS, TREE), ("-Y -f -o out " + CALLS, TREE), ("--decode-pids=moon", ECHO),
    ("--decode-pids=pidns -f -o out " + CALLS, TREE), ("--pidns-translation -f -o out " + CALLS, TREE),
    ("-i -e trace=write", ECHO), ("--instruction-pointer -e trace=write", ECHO), ("-n -e trace=write", ECHO), ("--syscall-number -e trace=write", ECHO),
    ("-k -e trace=write", ECHO), ("--stack-traces -e trace=write,exit_group", ECHO),
    ("-o out -e trace=write", ECHO), ("--output=out -e trace=write", ECHO), ("-o '|cat >piped' -e trace=write", ECHO),
    ("-o '!cat >piped' -e trace=write", ECHO), ("-o /no/such/folder/out", ECHO), ("-ff -o '|cat'", ECHO), ("-o out -o other -e trace=write", ECHO),
    ("-A -o before -e trace=write", ECHO), ("--output-append-mode --output=before -e trace=write", ECHO), ("-o before -e trace=write", ECHO),
    ("-s 3 -e trace=write", ECHO), ("--string-limit=0 -e trace=write", ECHO), ("-s -1", ECHO), ("-s x", ECHO), ("-s 2147483648", ECHO),
    ("-v -e trace=execve", ECHO), ("--no-abbrev -P /etc/ld.so.cache", ECHO), ("-x -e trace=read", ECHO), ("-xx -e trace=write", ECHO),
    ("--strings-in-hex -e trace=write", ECHO), ("--strings-in-hex=non-ascii -e trace=read", ECHO), ("--strings-in-hex=none -e trace=read", ECHO),
    ("--strings-in-hex=moon", ECHO), ("-X raw -e trace=openat", ECHO), ("--const-print-style=verbose -e trace=openat", ECHO), ("-X moon", ECHO),
    ("-t -e trace=write", ECHO), ("-tt -e trace=write", ECHO), ("-ttt -e trace=write", ECHO), ("-tttt -e trace=write", ECHO),
    ("--absolute-timestamps=format:unix,precision:ns -e trace=write", ECHO), ("--timestamps=ms -e trace=write", ECHO), ("--timestamps=moon", ECHO),
    ("-r -e trace=write", ECHO), ("--relative-timestamps=ns -e trace=write", ECHO), ("--relative-timestamps=moon", ECHO), ("-r -t -e trace=write", ECHO),
    ("-T -e trace=write", ECHO), ("--syscall-times=s -e trace=write", ECHO), ("--syscall-times=moon", ECHO),
    # tables
    ("-c -U name,calls,errors -S name", ECHO), ("--summary-only --summary-columns=calls,name --summary-sort-by=name", ECHO),
    ("-C -U name,calls -S name -e trace=write,close", ECHO), ("--summary -U name,errors -e trace=access", ECHO), ("-C -c", ECHO), ("-c -ff -o out", ECHO),
    ("-c -f -o out -U name,calls,errors -S calls -e trace=!brk", TREE), ("-w -c -U name,calls -S name", ECHO), ("--summary-wall-clock -c -U calls,name -S name", ECHO),
    ("-w -e trace=write", ECHO), ("-O 1us -c -U name,calls -S name", ECHO), ("--summary-syscall-overhead=1ms -c -U name,calls -S name", ECHO),
    ("-O moon -c", ECHO), ("-S moon -c", ECHO), ("-U moon -c", ECHO), ("-U name,name -c", ECHO), ("-U '' -c", ECHO),
    ("-c -P /etc/ld.so.cache -U name,calls -S name", ECHO), ("-c -Y -U name,calls -S name", ECHO), ("-c -k -U name,calls -S name", ECHO), ("-c -i -n -t -T -y -r -U name,calls -S name", ECHO),
    # the command line itself
    ("--moon", ECHO), ("-:", ECHO), ("--tra=write", ECHO), ("--summary-so=name -c -U name,calls", ECHO), ("--su", ECHO), ("--output", ""),
    ("-e trace=write --", ECHO), ("-fqetrace=none", TREE), ("-o", ""), ("--follow-forks=yes", ECHO), ("-e trace=write -e trace=close", ECHO),
    ("--seccomp-bpf -p {pid} -e trace=read", READER), ("-D -p {pid}", READER), ("-c -A -o before -U name,calls -S name", ECHO),
    ("--kvm=moon", ECHO), ("-e kvm=vcpu -e trace=write", ECHO), ("--kvm=vcpu -e trace=write", ECHO),
]

# What the installed strace does not know: (options, command, expressions that the lines of text match, status), after strace(1) of
# newer versions. `!`: that line is missing.
NEWER = [
    ("--argv0=other -e trace=none", "/bin/sh -c 'echo $0 >named'", [r"\+\+\+ exited with 0 \+\+\+"], 0),
    ("--always-show-pid -e trace=write", ECHO, [r'\[pid +\d+\] write\(1, "hi\\n", 3\) += 3', r"\[pid +\d+\] \+\+\+ exited with 0"], 0),
    ("--arg-names -e trace=write", ECHO, [r'write\(fd=1, buf="hi\\n", count=3\) += 3', r"\+\+\+ exited"], 0),
    ("-N -e trace=write", ECHO, [r'write\(fd=1, buf="hi\\n", count=3\) += 3', r"\+\+\+ exited"], 0),
    ("--syscall-limit=2 -e trace=write,close", ECHO, [r"close\(3\) += 0", r"close\(3\) += 0", r"strace: Process \d+ detached"], 0),
    ("--syscall-limit=0", ECHO, [r"strace: invalid --syscall-limit argument: '0'", TRIED], 1),
    # A table counts what the text would show, and so does the limit.
    ("-c -Z -U calls,errors,name -S name -e trace=%file", ECHO, TABLE + [r" +1 +1 access", r"-+ .*", r" +1 +1 total"], 0),
    ("-c -U calls,wall-total,wall-min,wall-max,wall-avg,name -S wall-total -e trace=write", ECHO,
     WALL_TABLE + [r" +1( +\d\.\d{6}){3} +\d+ write", r"-+ .*", r" +1( +\d\.\d{6}){3} +\d+ total"], 0),
    ("-e kvm=vcpu+ -e trace=write", ECHO, [r'write\(1, "hi\\n", 3\)', r"\+\+\+ exited"], 0),
    ("-c -z -U calls,name -S name -e trace=access,write", ECHO, TABLE + [r" +1 write", r"-+ .*", r" +1 total"], 0),
    ("--syscall-limit=2 -c -U calls,name -S name -e trace=close", ECHO, [r"strace: Process \d+ detached"] + TABLE + [r" +2 close", r"-+ .*", r" +2 total"], 0),
    ("--trace-fds=1 -e trace=write,read,close", ECHO, [r'write\(1, "hi\\n", 3\)', r"close\(1\)", r"\+\+\+ exited"], 0),
    ("-e fds=1 -e trace=write,read", ECHO, [r'write\(1, "hi\\n", 3\)', r"\+\+\+ exited"], 0),
    ("-e trace-fds=!1 -e trace=write", ECHO, [r"\+\+\+ exited"], 0),
    ("-kk --stack-trace-frame-limit=1 -e trace=write", ECHO, [r"write\(1", r" > .*libc\.so\.6\(.*\+0x[0-9a-f]+\) \[0x[0-9a-f]+\].*", r"\+\+\+ exited"], 0),
    ("--stack-trace=symbol --stack-trace-frame-limit=2 -e trace=write", ECHO, [r"write\(1", r" > .*libc", r" > .*libc", r"\+\+\+ exited"], 0),
    ("--color=always -e trace=write", ECHO, [r"\x1b\[\d+mwrite\x1b\[0m\(", r"\x1b\[\d+m\+\+\+ exited with 0 \+\+\+\x1b\[0m"], 0),
    ("--color=never -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--color=auto -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--kill-on-exit -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--kill-on-exit -p {pid}", READER, [r"strace: --kill-on-exit and -p/--attach are mutually exclusive options|strace: .*kill-on-exit.*"], 1),
    ("--namespace=new -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--secontext -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--secontext=full,mismatch -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--tips=none -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("-e inject=write:error=EIO", ECHO, [r"strace: .*injection is not supported"], 1),
    ("--inject=write:error=EIO", ECHO, [r"strace: .*injection is not supported"], 1),
    ("-e fault=write", ECHO, [r"strace: .*injection is not supported"], 1),
    ("--fault=write", ECHO, [r"strace: .*injection is not supported"], 1),
    ("--debug -e trace=write", ECHO, [r"strace: ptrace_setoptions = 0x[0-9a-f]+", r"write\(1", r"\+\+\+ exited"], 0),
    ("-d -e trace=write", ECHO, [r"strace: ptrace_setoptions = 0x[0-9a-f]+", r"write\(1", r"\+\+\+ exited"], 0),
    ("--redact -e trace=write", "/bin/echo password=hunter2secret", [r'write\(1, "password=\*+\\n"', r"\+\+\+ exited"], 0),
    ("--engine=ptrace -e trace=write", ECHO, [r"write\(1", r"\+\+\+ exited"], 0),
    ("--engine=moon", ECHO, [r"strace: .*moon.*", TRIED], 1),
    ("--stack-trace=moon", ECHO, [r"strace: .*moon.*", TRIED], 1),
    ("-h", "", [r"Usage: .*"], 0), ("--help", "", [r"Usage: .*"], 0), ("-V", "", [r".*strace -- version .*"], 0), ("--version", "", [r".*strace -- version .*"], 0),
]


# Where process ids stand in text and messages.
PIDS = re.compile(r"\[pid +(\d+)\]|^(\d+)(?:<\S+>)? +(?=\D)|\[pid +(\d+)<|Process (\d+) (?:at|de)tached|(?:clone3?|v?fork|wait4|getpid|gettid)\(.*= (\d+)|"
                  r"\bkill\((\d+)|si_pid=(\d+)|wait4\((\d+)|/(\d+)/exe", re.M)


class Run:
    """What one tracer did with a row, in a folder of its own."""

    def __init__(self, tracer, options, command):
        self.folder = tempfile.TemporaryDirectory()
        with open(f"{self.folder.name}/before", "w") as file:
            file.write("what was there\n")
        self.pids = set()
        self.status = None
        if "{" in options:
            self.attach(tracer, options, command)
        else:
            # As strace's own name, for what it says of itself.
            done = subprocess.run(["strace", *shlex.split(options), *shlex.split(command)], executable=tracer, cwd=self.folder.name,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=120, env=self.environment())
            self.out, self.err, self.status = done.stdout, done.stderr, done.returncode
        if "-D" in options or "--daemon" in options:
            self.settle()
        self.files = {name: self.read(name) for name in sorted(os.listdir(self.folder.name))}
        self.folder.cleanup()

    @staticmethod
    def environment():
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"}

    def settle(self):
        """A detached tracer may write on for a moment after its command has ended."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and not subprocess.run(["pgrep", "-f", self.folder.name], capture_output=True).returncode:
            time.sleep(0.05)

    def read(self, name):
        with open(f"{self.folder.name}/{name}", errors="surrogateescape") as file:
            return file.read()

    def attach(self, tracer, options, command):
        targets = [subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.folder.name,
                                    env=self.environment()) for _ in range(2 if "{twice}" in options else 1)]
        for target in targets:
            target.stdout.readline()  # "ready"
            self.wait(target, lambda status: status.get("State", "").startswith("S"))
        self.pids.update(str(target.pid) for target in targets)
        given = options.replace("{pid}", str(targets[0].pid)).replace("{twice}", ",".join(str(target.pid) for target in targets))
        process = subprocess.Popen(["strace", *shlex.split(given)], executable=tracer, cwd=self.folder.name, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment())
        out = b""
        for target in targets:
            self.wait(target, lambda status: status.get("TracerPid", "0") != "0" or process.poll() is not None)
            # Its call shows as interrupted and begun again once the tracer has resumed it.
            self.wait(target, lambda status: status.get("State", "").startswith("S"))
            time.sleep(0.2)
            out += target.communicate(b"line\n", timeout=60)[0]
        tracer_out, self.err = process.communicate(timeout=60)
        self.out, self.status = out + tracer_out, process.returncode

    @staticmethod
    def wait(target, condition):
        for _ in range(600):
            try:
                with open(f"/proc/{target.pid}/status") as file:
                    if condition(dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)):
                        return
            except (FileNotFoundError, ProcessLookupError):
                return
            time.sleep(0.02)


def lines_of(run, options):
    """All that a run showed, as comparable lines."""
    clock = r"-t|-r|-T|times" if re.search(r"(^| )(-t+|-r|-T|--\w*-?time\w*)", options) else ""
    shown = {"stdout": run.out.decode(errors="surrogateescape"), "stderr": run.err.decode(errors="surrogateescape"), **run.files}
    result = []
    pids = set(run.pids)
    for name, text in shown.items():
        if not name.startswith("std") and (suffix := re.search(r"\.(\d+)$", name)):
            pids.add(suffix[1])
        pids.update(pid for found in PIDS.findall(text) for pid in found if pid)
    pids -= {str(number) for number in range(10)}
    pattern = re.compile(rf"\b(?:{'|'.join(sorted(pids, key=len, reverse=True))})\b") if pids else None
    for name, text in sorted(shown.items(), key=lambda item: (re.sub(r"\d+$", "", item[0]), item[1])):
        # Which name of a symbol table an address of a library without debug information gets is a choice.
        text = re.sub(r"^( > \S+)\(\S*\) \[", r"\1(NAME) [", differential.neutral(text, clock), flags=re.M)
        if pattern:
            text, name = re.sub(r"\[pid +PID\]", "[pid PID]", re.sub("^PID +", "PID ", pattern.sub("PID", text), flags=re.M)), pattern.sub("PID", name)
        result += [f"== {name}"] + [re.sub(r" +=", " =", line) if "PID" in line else line for line in text.splitlines()]
    return result + [f"== status {run.status}"]


def compare(bin_dir, row, differences):
    options, command = row
    theirs, ours = (Run(tracer, options, command) for tracer in ("/usr/bin/strace", f"{bin_dir}/trace-strace"))
    expected, got = lines_of(theirs, options), lines_of(ours, options)
    bad = differential.compare(expected, got, differences)
    return [f"{options} {command}"] + ["  " + line for line in bad] if bad else []


def check_newer(bin_dir, row):
    options, command, expected, status = row
    run = Run(f"{bin_dir}/trace-strace", options, command)
    text = (run.err if run.err else run.out).decode(errors="surrogateescape").splitlines()
    if options in ("-h", "--help", "-V", "--version"):
        text = text[:1]
    bad = []
    if len(text) != len(expected):
        bad.append(f"  {len(expected)} lines expected")
    bad += [f"  expected: {pattern}" for pattern, line in zip(expected, text) if not re.match(pattern, line)]
    if run.status != status:
        bad.append(f"  status {run.status}, expected {status}")
    return [f"{options} {command}", *bad, *("  got: " + line for line in text[:8])] if bad else []


def options_without_row(path):
    """The forms of options that no row tries."""
    tried = set()
    for options in [row[0] for row in ROWS + NEWER] + differential.OPTIONS + differential.LIVE_OPTIONS:
        for word in shlex.split(options):
            if word.startswith("--"):
                tried.add(word.split("=")[0])
            tried.update("-" + letter for letter in word[1:] if re.fullmatch(r"-[A-Za-z]+", word))
            if re.match(r"-[A-Za-z][^-]", word):
                tried.add(word[:2])
    missing = []
    for line in open(path):
        if row := re.match(r"OPTION\(\w+, +(?:'(.)'|0), +\"([\w-]*)\"|ALIAS\( *\w+, +\"([\w-]+)\"", line):
            letter, name, alias = row.groups()
            missing += [form for form in (letter and f"-{letter}", name and f"--{name}", alias and f"--{alias}") if form and form not in tried]
    return missing


def main():
    bin_dir, options_def = map(os.path.abspath, sys.argv[1:3])
    chosen = sys.argv[3:]
    ctypes.CDLL(None).personality(differential.ADDR_NO_RANDOMIZE)
    failed = 0
    differences = differential.Differences(os.path.join(os.path.dirname(__file__), "differences.txt"), "command")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(compare, bin_dir, row, differences) for row in ROWS if not chosen or row[0] in chosen]
        jobs += [pool.submit(check_newer, bin_dir, row) for row in NEWER if not chosen or row[0] in chosen]
        for job in jobs:
            if bad := job.result():
                failed += 1
                print("\n".join(bad[:12]))
    unused = [] if chosen else [f"differences.txt: nothing differs any more by {what!r}" for what, _ in differences.unused()]
    for mistake in [f"no row tries {form}" for form in options_without_row(options_def)] + unused:
        print(mistake)
        failed += 1
    print(f"{len(jobs)} command lines tried, {failed} differ")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
