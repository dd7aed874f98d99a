"""Real services under the recorder, on loopback ports and in folders of their own.

    services.py BIN_DIR redis|postgres|nginx

redis and postgres under load work well: no finding may be an error. nginx is given a missing file, an upstream that refuses and
a log that is full: each must be the first suspect.
"""
import contextlib
import fcntl
import glob
import http.client
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BIN = os.path.abspath(sys.argv[1])
PATIENCE = 120  # seconds for whatever a busy machine makes slow


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            sys.exit(f"the server ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    sys.exit("the server does not listen")


@contextlib.contextmanager
def recorded(reel, command, stop=signal.SIGTERM, **options):
    """A server launched by the recorder; ended by `stop`, which the recorder passes on, and killed if that does not help."""
    process = subprocess.Popen([f"{BIN}/trace-record", "-q", "-f", "-s", "256", "--engine", "ebpf", "-o", reel, "--", *command],
                               start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)
    try:
        yield process
        process.send_signal(stop)
        process.wait(timeout=PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def report(view, reel):
    return subprocess.run([f"{BIN}/trace-report", view, reel], stdout=subprocess.PIPE, text=True, check=True).stdout


def expect_no_error(reel):
    text = report("--diagnose", reel)
    if re.search(r"^error, ", text, re.MULTILINE):
        sys.exit("a false alarm:\n" + text)
    print(text.splitlines()[0])


def expect_first_suspect(reel, pattern):
    text = report("--errors", reel)
    if not re.search(r"^1\. suspect: " + pattern, text, re.MULTILINE):
        sys.exit(f"the first suspect is not {pattern}:\n{text}")
    print(re.search(r"^1\. .*", text, re.MULTILINE).group())


def redis(folder):
    port, reel = free_port(), os.path.join(folder, "redis.reel")
    server = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--daemonize", "no"]
    with recorded(reel, server) as process:
        wait_for_port(port, process)
        subprocess.run(["redis-benchmark", "-p", str(port), "-q", "-n", "20000", "-t", "set,get,lpush"], stdout=subprocess.DEVNULL,
                       check=True, timeout=PATIENCE)
    expect_no_error(reel)


def postgres(folder):
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    user = pwd.getpwnam("postgres")
    data, port, reel = os.path.join(folder, "data"), str(free_port()), os.path.join(folder, "postgres.reel")
    os.mkdir(data)
    for path in (folder, data):
        os.chown(path, user.pw_uid, user.pw_gid)
    run_as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}
    subprocess.run([f"{programs}/initdb", "-D", data, "-A", "trust", "-U", "postgres", "-N"], stdout=subprocess.DEVNULL, check=True,
                   timeout=PATIENCE, **run_as)
    server = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups",
              f"{programs}/postgres", "-D", data, "-p", port, "-k", folder, "-h", "127.0.0.1"]
    with recorded(reel, server, stop=signal.SIGINT, stderr=subprocess.DEVNULL, cwd=folder) as process:
        wait_for_port(int(port), process)
        client = ["-h", "127.0.0.1", "-p", port, "-U", "postgres", "postgres"]
        for arguments in (["-i", "-q"], ["-c", "4", "-t", "100"]):
            # The server may still refuse while it starts up.
            for _ in range(100):
                if subprocess.run([f"{programs}/pgbench", *arguments, *client], capture_output=True, timeout=PATIENCE).returncode == 0:
                    break
                time.sleep(0.2)
            else:
                sys.exit("pgbench does not work")
    expect_no_error(reel)


NGINX = """daemon off; master_process off; user root; pid {folder}/pid; error_log {log};
events {{ }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port}; root {folder}/www;
    location /up {{ proxy_pass http://127.0.0.1:{upstream}; }}
  }}
}}
"""


def nginx_asked_for(folder, path, log, times=1, **options):
    """The reel of an nginx that was asked for a path, and the port of its upstream, which refuses."""
    refusing = socket.socket()  # bound, so that nobody else takes the port, and not listening
    refusing.bind(("127.0.0.1", 0))
    upstream, port = refusing.getsockname()[1], free_port()
    config, reel = os.path.join(folder, "nginx.conf"), os.path.join(folder, f"{port}.reel")
    with open(config, "w") as file:
        file.write(NGINX.format(folder=folder, port=port, upstream=upstream, log=log))
    with recorded(reel, ["nginx", "-e", log, "-c", config], **options) as process:
        wait_for_port(port, process)
        for _ in range(times):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", path)
            connection.getresponse().read()
            connection.close()
    refusing.close()
    return reel, upstream


def full_pipe():
    """The ends of a pipe that takes no more, and does not make its writers wait."""
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, 4096)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(write_end, bytes(512))
    return read_end, write_end


def nginx(folder):
    os.mkdir(os.path.join(folder, "www"))
    log = os.path.join(folder, "error.log")
    reel, _ = nginx_asked_for(folder, "/missing.html", log)
    expect_first_suspect(reel, r'ENOENT openat "\S*/www/missing\.html"')
    reel, upstream = nginx_asked_for(folder, "/up", log)
    expect_first_suspect(reel, rf"ECONNREFUSED connect 127\.0\.0\.1:{upstream} ")
    read_end, write_end = full_pipe()
    reel, _ = nginx_asked_for(folder, "/missing.html", "stderr", times=5, stderr=write_end)
    expect_first_suspect(reel, r"EAGAIN write 2<pipe:\[\d+\]>")
    os.close(read_end)
    os.close(write_end)


def main():
    service = sys.argv[2]
    folder = tempfile.mkdtemp(prefix="services-")
    os.chmod(folder, 0o755)
    try:
        {"redis": redis, "postgres": postgres, "nginx": nginx}[service](folder)
    finally:
        shutil.rmtree(folder)


main()
