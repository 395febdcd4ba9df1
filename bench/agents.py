"""What a gateway with 10,000 sessions, 1,000 cron jobs and 100,000 lines of log costs: each route, each view, and the exporter's memory."""
import contextlib
import json
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import performance_page as page
from fleet.stage import free_port, wait_for
from ui import Chromium

SESSIONS, CRONS, LINES = 10_000, 1_000, 100_000
REQUESTS, LOADS, LIMIT_MS = 20, 6, 1000
SETTLE_SECONDS = 20
ROUTES = ("gateways", "costs", "tokens", "sessions?limit=200", "sessions?q=weather", "subagents", "agents", "crons?limit=200", "logs?limit=500",
          "logs?regex=turn%20.*7%20after", "errors", "system", "config", "events")
VIEWS = ("agents", "logs")


@contextlib.contextmanager
def service(root: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """Runs the stand-in and an exporter that watches it; yields the exporter's address and process id."""
    base, gateway = f"http://127.0.0.1:{(port := free_port())}", free_port()
    (folder / "token").write_text("token\n")
    (folder / "token").chmod(0o600)
    (folder / "fleet.yml").write_text("\n".join([
        f"listen: 127.0.0.1:{port}", f"data_dir: {folder}/data", "poll_interval: 1s", "hosts: []",
        f"gateways: [{{ name: large, host: box, url: 'ws://127.0.0.1:{gateway}', token_file: {folder}/token, device: false }}]", ""]))
    stand_in = subprocess.Popen(
        ["dotnet", "run", "-c", "Release", "--no-build", "--project", "bench/FleetExporter.Bench", "--", "large-gateway", f"http://127.0.0.1:{gateway}"],
        cwd=root, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    with open(folder / "service.log", "wb") as log:
        process = subprocess.Popen([root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", folder / "fleet.yml"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(lambda: known(base), "the gateway to be known", 90)
            yield base, process.pid
        finally:
            for one in (process, stand_in):
                one.terminate()
                one.wait(30)


def get(base: str, route: str) -> Any:
    with urllib.request.urlopen(f"{base}/api/monitoring/{route}", timeout=10) as answer:
        return json.load(answer)


def known(base: str) -> bool:
    with contextlib.suppress(OSError):
        totals = [get(base, route)["sources"] for route in ("sessions", "crons")]
        return [(source or [{}])[0].get("total") for source in totals] == [SESSIONS, CRONS] and bool(get(base, "costs")["items"][0]["usd"])
    return False


def rss(pid: int) -> float:
    """MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def ask(base: str, route: str) -> tuple[float, int]:
    started = time.perf_counter()
    with urllib.request.urlopen(f"{base}/api/monitoring/{route}", timeout=30) as answer:
        size = len(answer.read())
    return (time.perf_counter() - started) * 1000, size


def run(root: Path) -> None:
    subprocess.run(["dotnet", "build", "-c", "Release", "-v", "q", "--nologo", "bench/FleetExporter.Bench"], cwd=root, check=True, timeout=600)
    rows, shown, memory = [], [], []
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as name, service(root, Path(name)) as (base, pid):
        started = time.monotonic()
        memory.append(["first answers of the gateway", f"{rss(pid):.0f}"])
        for route in ROUTES:
            asked = [ask(base, route) for _ in range(REQUESTS)]
            times = [took for took, _ in asked]
            rows.append([f"`{route}`", f"{statistics.median(times):.0f}", f"{max(times):.0f}", f"{asked[-1][1] / 1024:.0f}"])
        memory.append([f"{len(ROUTES) * REQUESTS} requests", f"{rss(pid):.0f}"])
        browser = Chromium(Path(name))
        try:
            browser.load(f"{base}/#overview")   # warm-up: excludes Chromium's own first start
            for view in VIEWS:
                loads = [browser.load(f"{base}/#{view}") for _ in range(LOADS)]
                values = [load[1] for load in loads]
                shown.append([view, f"{statistics.median(values):.0f}", f"{max(values):.0f}", f"{loads[-1][3]:.0f}"])
        finally:
            browser.close()
        memory.append(["both views, opened several times", f"{rss(pid):.0f}"])
        # The stand-in's log has its 100,000 lines after 50 s, of which the exporter reads 1,000 with each poll.
        time.sleep(max(0, started + LINES / 1000 + SETTLE_SECONDS - time.monotonic()))
        memory.append([f"{LINES:,} lines of its log", f"{rss(pid):.0f}"])
    slowest = max(float(row[2]) for row in rows + shown)
    tables = [
        page.table(["Route", "Median (ms)", "Max (ms)", "KiB"], rows),
        page.table(["View", "Values shown (ms)", "Max (ms)", "Elements"], shown),
        page.table(["Exporter after", "Resident memory (MiB)"], memory)]
    page.put(
        "agents", f"a stand-in with {SESSIONS:,} sessions of 20 agents, {CRONS:,} cron jobs, {LINES:,} lines of log, polled every second; {REQUESTS} requests of each route, "
        f"{LOADS} loads of each view in headless Chromium",
        "\n\n".join(tables) + f"\n\nAim: each route and view within {LIMIT_MS} ms. {'Met' if slowest < LIMIT_MS else 'Missed'}: at most {slowest:.0f} ms.")
