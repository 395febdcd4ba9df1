"""How long a pushed reading takes to reach every reader of /gpu/stream while some clients read nothing."""
import contextlib
import hashlib
import http.client
import json
import selectors
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import performance_page as page
from fleet.stage import free_port, wait_for

CLIENTS, SILENT = 500, 50
PUSHES, PAUSE = 200, 0.1
KEY = "the-key-of-the-bench"
GPU = {"name": "bench", "memoryTotal": 81559, "memoryUsed": 19818, "temperatureGpu": 59, "utilizationGpu": 100, "fanSpeed": 30, "powerLimit": 700, "clockCore": 1980, "clockMemory": 2619}


def config(port: int, folder: Path) -> str:
    hashed = hashlib.sha256(KEY.encode()).hexdigest()
    return f"listen: 127.0.0.1:{port}\ndata_dir: {folder}/data\nhosts: []\ndevices: [{{ name: bench, key_hash: 'sha256:{hashed}', stale_after: 1m }}]\n"


def resident(pid: int) -> float:
    """Resident memory in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024


def open_stream(port: int, small: bool) -> socket.socket:
    """Opens a stream; `small` gives it a small receive buffer, which fills up soon if the client does not read."""
    reader = socket.socket()
    if small:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    reader.connect(("127.0.0.1", port))
    reader.sendall(f"GET /gpu/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    return reader


class Readers:
    """The clients that read; tells when each received a given reading."""

    def __init__(self, sockets: list[socket.socket]) -> None:
        self.selector = selectors.DefaultSelector()
        self.tails: dict[socket.socket, bytes] = {}
        for reader in sockets:
            reader.setblocking(False)
            self.tails[reader] = b""
            self.selector.register(reader, selectors.EVENT_READ)

    def wait(self, number: int, started: float) -> list[float]:
        """Milliseconds from the push until each reader had received it."""
        times, mark, missing = [], f'"powerDraw":{number},'.encode(), set(self.tails)
        while missing and time.perf_counter() - started < 30:
            for key, _ in self.selector.select(1):
                reader = key.fileobj
                text = self.tails[reader] + reader.recv(65536)
                if reader in missing and mark in text:
                    missing.discard(reader)
                    times.append((time.perf_counter() - started) * 1000)
                self.tails[reader] = text[-400:]
        if missing:
            raise RuntimeError(f"{len(missing)} readers did not receive reading {number} within 30 s")
        return times


def run(root: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as name, contextlib.ExitStack() as open_sockets:
        folder, port = Path(name), free_port()
        (folder / "fleet.yml").write_text(config(port, folder))
        with open(folder / "service.log", "wb") as log:
            process = subprocess.Popen([root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", folder / "fleet.yml"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        open_sockets.callback(lambda: (process.terminate(), process.wait(30)))
        wait_for(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0, "the service to listen", 30)
        device = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

        def push(number: int) -> float:
            started = time.perf_counter()
            device.request("POST", "/push-sse", json.dumps({**GPU, "powerDraw": number}), {"X-API-Key": KEY, "Content-Type": "application/json"})
            answer = device.getresponse()
            if answer.status != 200 or answer.read() != b'{"success":true}':
                raise RuntimeError(f"POST /push-sse returned {answer.status} or an unexpected body")
            return started

        for number in range(300):
            push(number)
        before = resident(process.pid)
        silent = [open_sockets.enter_context(open_stream(port, True)) for _ in range(SILENT)]
        readers = Readers([open_sockets.enter_context(open_stream(port, False)) for _ in range(CLIENTS - SILENT)])
        readers.wait(299, time.perf_counter())
        with_readers = resident(process.pid)
        times = []
        for number in range(1000, 1000 + PUSHES):
            times += readers.wait(number, push(number))
            time.sleep(PAUSE)
        # Readings that silent clients do not read must not accumulate.
        for number in range(5000, 15000):
            push(number)
        after = resident(process.pid)
        assert len(silent) == SILENT
    cut = statistics.quantiles(times, n=100)
    row = [str(CLIENTS), str(SILENT), str(PUSHES), f"{statistics.median(times):.1f}", f"{cut[98]:.1f}", f"{max(times):.1f}", f"{before:.0f}", f"{with_readers:.0f}", f"{after:.0f}"]
    page.put(
        "streams", "one Python process pushes and reads for all clients, so the figures include its own time; the last column is after 10000 more pushes, one after the other",
        page.table(["Readers", "Not reading", "Pushes", "p50 (ms)", "p99 (ms)", "Max (ms)", "RSS before (MiB)", "RSS with readers (MiB)", "RSS at the end (MiB)"], [row]))
