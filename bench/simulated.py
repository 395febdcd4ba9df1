"""The simulated benchmark: an exporter with simulated hosts, without SSH: CPU and memory of polling, and the time of its pages."""
import gzip
import http.client
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import performance_page as page
from fleet import cpu
from fleet.stage import free_port

WARM, STEADY = 75, 60       # seconds of warm-up, which cover the JIT's work, and of measurement
LOADS = 15
FLEETS = ((1, 10), (100, 10), (200, 2), (1000, 10))     # hosts, seconds between polls
PAGES = (("/metrics", False), ("/metrics", True), ("/api/hosts?limit=500", False))


def run(root: Path) -> None:
    polling, pages = [], []
    for hosts, interval in FLEETS:
        with tempfile.TemporaryDirectory(prefix="fleet-bench-") as folder, open(Path(folder) / "service.log", "wb") as log:
            port = free_port()
            config = Path(folder) / "fleet.yml"
            config.write_text(f"listen: 127.0.0.1:{port}\ndata_dir: {folder}/data\npoll_interval: {interval}s\n")
            process = subprocess.Popen(
                [root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", config, "--simulate", str(hosts)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                time.sleep(WARM)
                before = cpu.used([process.pid])
                time.sleep(STEADY)
                seconds = cpu.used([process.pid]) - before
                memory = resident(process.pid)
                pages.append([f"{hosts}", *loads(port)] if interval == 10 else None)
                polling.append([
                    f"{hosts}", f"{interval} s", f"{seconds / STEADY * 100:.1f}", f"{seconds * 1000 / (hosts * STEADY / interval):.2f}", f"{memory:.0f}",
                    f"{resident(process.pid):.0f}"])
            finally:
                cpu.end(process, 20)
        print(f"{time.strftime('%H:%M:%S')} {polling[-1]} {pages[-1]}", flush=True)
    how = f"{STEADY} s after {WARM} s, load average {os.getloadavg()[0]:.1f}"
    page.put("simulated", how, page.table(
        ["Simulated hosts", "Every", "% of one core", "ms CPU per host and poll", "RSS (MiB)", "RSS after the pages below (MiB)"], polling))
    page.put("pages", f"median of {LOADS} loads on one kept connection each", page.table(
        ["Simulated hosts", "`/metrics` (MB)", "lines", "`/metrics` (ms)", "`/metrics`, gzip (ms)", "`/api/hosts?limit=500` (ms)"],
        [row for row in pages if row]))


def loads(port: int) -> list[str]:
    """Size in MB and lines of /metrics, then the median ms of each page."""
    times = []
    body = b""
    for path, compressed in PAGES:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        measured = []
        for _ in range(LOADS):
            started = time.monotonic()
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"} if compressed else {})
            received = connection.getresponse().read()
            measured.append((time.monotonic() - started) * 1000)
            time.sleep(0.2)
        connection.close()
        times.append(f"{statistics.median(measured):.1f}")
        if path == "/metrics":
            body = gzip.decompress(received) if compressed else received
    lines = body.count(b"\n")
    return [f"{len(body) / 1e6:.1f}", f"{lines}", *times]


def resident(pid: int) -> float:
    """MiB."""
    return int(next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024
