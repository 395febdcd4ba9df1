"""Latency of GET /api/overview while every host and target accepts connections and never answers."""
import contextlib
import http.client
import json
import selectors
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Iterator

import performance_page as page
from fleet.stage import free_port, wait_for

TUNNELS, SERVICES, PROVIDERS, HOSTS = 50, 6, 2, 5
CLIENTS = (1, 4, 16)
REQUESTS = 4000
LIMIT_MS = 20


class Silent:
    """A server that accepts connections, reads, and never answers."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.open = 0
        self._ended = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended = True
        self._thread.join(5)
        self.listener.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.listener, selectors.EVENT_READ)
            while not self._ended:
                for key, _ in selector.select(0.5):
                    if key.fileobj is self.listener:
                        selector.register(self.listener.accept()[0], selectors.EVENT_READ)
                    else:
                        with contextlib.suppress(OSError):
                            if key.fileobj.recv(65536):
                                continue
                        selector.unregister(key.fileobj)
                        key.fileobj.close()
                self.open = len(selector.get_map()) - 1


def config(port: int, silent: int, folder: Path) -> str:
    """The tunnels' timeout equals the poll interval, so that a poll of every tunnel hangs at any moment."""
    where = f"127.0.0.1:{silent}"
    return "\n".join([
        f"listen: 127.0.0.1:{port}", f"data_dir: {folder}/data", "poll_interval: 5s", f"ssh: {{ user: fleet, known_hosts: {folder}/known_hosts }}",
        "hosts:", *(f"- {{ name: host-{n}, address: '{where}' }}" for n in range(HOSTS)),
        "tunnels:", *(f"- {{ name: tunnel-{n}, connect: '{where}', verify: banner, timeout: 5s }}" for n in range(TUNNELS)),
        "services:", *(f"- {{ name: service-{n}, url: 'http://{where}/health', timeout: 5s }}" for n in range(SERVICES)),
        "providers:", *(f"- {{ name: provider-{n}, url: 'http://{where}', kind: llama_cpp, timeout: 5s }}" for n in range(PROVIDERS)),
        f"gateways: [{{ name: gateway, url: 'ws://{where}', timeout: 5s }}]", ""])


@contextlib.contextmanager
def service(root: Path) -> Iterator[int]:
    """Runs an exporter whose hosts and targets all hang; yields its port."""
    silent = Silent()
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as name:
        folder, port = Path(name), free_port()
        (folder / "known_hosts").write_text("")
        (folder / "fleet.yml").write_text(config(port, silent.port, folder))
        with open(folder / "service.log", "wb") as log:
            process = subprocess.Popen([root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", folder / "fleet.yml"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                wait_for(lambda: silent.open >= TUNNELS, "every tunnel to hang", 30)
                yield port
            finally:
                process.terminate()
                process.wait(30)
                silent.close()


def ask(port: int, requests: int) -> list[float]:
    """Milliseconds of each request, sent one after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    times = []
    for _ in range(requests):
        started = time.perf_counter()
        connection.request("GET", "/api/overview")
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - started) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"GET /api/overview returned {answer.status}: {body[:200]!r}")
    connection.close()
    return times


def run(root: Path) -> None:
    rows = []
    with service(root) as port:
        for _ in range(3):
            ask(port, 500)      # warm-up: .NET recompiles methods that are called often
        for clients in CLIENTS:
            with ThreadPoolExecutor(clients) as pool:
                started = time.perf_counter()
                times = [t for each in pool.map(lambda _: ask(port, REQUESTS // clients), range(clients)) for t in each]
                seconds = time.perf_counter() - started
            cut = statistics.quantiles(times, n=1000)
            rows.append([str(clients), str(len(times)), f"{len(times) / seconds:.0f}", f"{cut[499]:.2f}", f"{cut[989]:.2f}", f"{cut[998]:.2f}", f"{max(times):.2f}"])
        last = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        last.request("GET", "/api/overview")
        if json.loads(last.getresponse().read())["tunnel"]["reachable"]:
            raise RuntimeError("a tunnel is reachable, so the measurement is invalid")
    table = page.table(["Clients", "Requests", "Requests/s", "p50 (ms)", "p99 (ms)", "p99.9 (ms)", "Max (ms)"], rows)
    verdict = "met" if all(float(row[4]) < LIMIT_MS for row in rows) else "missed"
    page.put(
        "overview", f"{TUNNELS} tunnels and {HOSTS} hosts that hang, {SERVICES} services, {PROVIDERS} providers and a gateway at the same port; clients are threads of one Python process",
        f"{table}\n\nAim: p99 under {LIMIT_MS} ms. {verdict.capitalize()}.")
