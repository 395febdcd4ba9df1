"""The control API: a command over the kept connection compared with a new ssh connection, and read and write requests per second."""
import contextlib
import http.client
import json
import re
import statistics
import subprocess
import time
from pathlib import Path
from typing import Iterator

import performance_page as page
from fleet.stage import USER, Home, Servers, free_port, wait_for

ROUNDS = 200
CONNECTIONS = (1, 16)
SECONDS = 5
READS = ("/api/hosts/bench", "/api/dgx/jobs/bench", "/metrics")
WRITE = """
local n = 0
wrk.method = "PUT"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = "{key}"
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, '{{"metrics":{{"epoch":' .. n .. '}}}}')
end
"""


class Service:
    """An exporter that watches one host, with a job to update."""

    def __init__(self, root: Path, home: Home, client: str):
        self.port, self.folder = free_port(), home.folder / f"control-{client}"
        self.folder.mkdir()
        self.config = self.folder / "fleet.yml"
        self.config.write_text("\n".join([
            f"listen: 127.0.0.1:{self.port}", f"data_dir: {self.folder}/data",
            f"ssh: {{ client: {client}, user: {USER}, key_file: {home.key}, known_hosts: {home.folder}/known_hosts }}",
            f"hosts: [{{ name: bench, address: '127.0.0.1:{home.port}', exec: {{ policy: any }} }}]", ""]))
        with open(self.folder / "service.log", "wb") as log:
            self.process = subprocess.Popen([root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    @property
    def key(self) -> str:
        return (self.folder / "data" / "admin.key").read_text().strip()

    def ask(self, method: str, path: str, body: object = None) -> dict:
        headers = {"X-API-Key": self.key} | ({"Content-Type": "application/json"} if body is not None else {})
        self.connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} returned {answer.status}: {text[:300]!r}")
        return json.loads(text) if text else {}

    def online(self) -> bool:
        try:
            return self.ask("GET", "/api/hosts/bench")["status"] == "online"
        except (OSError, RuntimeError, http.client.HTTPException):
            self.connection.close()
            return False


@contextlib.contextmanager
def service(root: Path, home: Home, client: str = "auto") -> Iterator[Service]:
    started = Service(root, home, client)
    try:
        wait_for(started.online, "the host to be online", 30)
        started.ask("POST", "/api/dgx/projects", {"connection_id": "bench", "name": "bench"})
        started.ask("POST", "/api/dgx/jobs", {"project_id": "bench", "name": "bench", "status": "running"})
        yield started
    finally:
        started.connection.close()
        started.process.terminate()
        started.process.wait(30)


def milliseconds(action) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000


def commands(home: Home, asked: Service) -> None:
    """Both methods alternate, so that other load on the machine affects both."""
    ways = {
        "POST /api/dgx/exec, kept connection": lambda: asked.ask("POST", "/api/dgx/exec/bench", {"command": "true"}),
        "ssh, a new connection": lambda: subprocess.run([*home.ssh(), "true"], stdin=subprocess.DEVNULL, check=True, timeout=30),
    }
    for way in ways.values():
        way()
    times = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            times[name].append(milliseconds(way))
    rows = []
    for name, taken in times.items():
        cut = statistics.quantiles(taken, n=100)
        rows.append([name, f"{cut[49]:.1f}", f"{cut[98]:.1f}"])
    kept, fresh = (statistics.median(t) for t in times.values())
    page.put("exec", f"{ROUNDS} alternating rounds, the command is `true`, sshd on loopback",
             page.table(["Method", "p50 (ms)", "p99 (ms)"], rows) + f"\n\nThe median over the kept connection is {fresh / kept:.1f} times lower.")


def wrk(port: int, path: str, connections: int, script: Path | None = None) -> list[str]:
    text = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", *(["-s", str(script)] if script else []), f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True, timeout=60).stdout
    if bad := re.search(r"Non-2xx.*", text):
        raise RuntimeError(f"{path}: {bad.group()}")
    # wrk prints each latency with its unit: us, ms or s.
    cut = [re.search(rf"{share}%\s+(\S+)", text).group(1) for share in (50, 99)]
    return [re.search(r"Requests/sec:\s+(\S+)", text).group(1).split(".")[0], *cut]


def requests(asked: Service) -> None:
    script = asked.folder / "write.lua"
    script.write_text(WRITE.format(key=asked.key))
    calls = [(f"GET {path}", path, None) for path in READS] + [("PUT /api/dgx/jobs/bench, audited", "/api/dgx/jobs/bench", script)]
    rows = []
    for name, path, write in calls:
        wrk(asked.port, path, CONNECTIONS[0], write)      # warm-up: .NET recompiles methods that are called often
        rows += [[name, str(c), *wrk(asked.port, path, c, write)] for c in CONNECTIONS]
    page.put("requests", f"wrk, one thread, {SECONDS} s each on the same 2 cores; SQLite; one host with 8 GPUs and 12 sessions",
             page.table(["Request", "Connections", "Requests/s", "p50", "p99"], rows))


def run(root: Path) -> None:
    home = Home(root)
    try:
        with Servers(home), service(root, home) as asked:
            commands(home, asked)
            requests(asked)
    finally:
        home.remove()
