"""How long Prometheus takes to answer all queries of a dashboard at once, with 200 hosts of 8 GPUs each."""
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator

import performance_page as page
from fleet.stage import connects, free_port, wait_for

HOSTS = 668                 # 200 of them have 8 GPUs; Prometheus keeps only those
SCRAPE, FILL = 3, 150       # seconds between scrapes; seconds of scraping before the queries
AT_ONCE, TIMES = 6, 5       # concurrent connections, as in a browser; loads per dashboard
LIMIT_MS = 1000

Query = tuple[str, bool]


def config(exporter: int, rules: Path) -> str:
    return "\n".join([
        f"global: {{ scrape_interval: {SCRAPE}s, evaluation_interval: {SCRAPE}s }}",
        f"rule_files: ['{rules}/*.rules.yml']",
        "scrape_configs:",
        f"  - job_name: fleet\n    static_configs: [{{ targets: ['127.0.0.1:{exporter}'] }}]",
        "    metric_relabel_configs: [{ source_labels: [host], regex: '(gpu-server-.*)?', action: keep }]", ""])


def queries(dashboard: dict[str, Any]) -> Iterator[Query]:
    """Yields each expression and whether it is an instant query. Panels in collapsed rows are skipped."""
    one = "gpu-server-1" if dashboard["uid"] == "fleet-host" else ".+"
    values = {"job": ".+", "host": one, "gpu": ".+", "gateway": ".+", "price": "0.30", "__rate_interval": f"{4 * SCRAPE}s", "__range": f"{FILL}s"}
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield re.sub(r"\$(__\w+|[a-z_]+)", lambda m: values[m[1]], target["expr"]), target.get("instant", False)


def ask(prometheus: str, query: Query) -> None:
    expr, instant = query
    now = time.time()
    fields = {"query": expr} | ({"time": now} if instant else {"start": now - FILL, "end": now, "step": SCRAPE})
    url = f"{prometheus}/api/v1/query{'' if instant else '_range'}"
    with urllib.request.urlopen(url, urllib.parse.urlencode(fields).encode(), timeout=30) as answer:
        answer.read()


def measure(prometheus: str, dashboard: dict[str, Any]) -> list[float]:
    """Milliseconds for all queries of the dashboard, once per load."""
    asked, took = list(queries(dashboard)), []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for _ in range(TIMES):
            start = time.perf_counter()
            list(threads.map(lambda q: ask(prometheus, q), asked))
            took.append((time.perf_counter() - start) * 1000)
            time.sleep(0.2)
    return took


def run(root: Path) -> None:
    exporter, server = free_port(), free_port()
    prometheus = f"http://127.0.0.1:{server}"
    with tempfile.TemporaryDirectory(prefix="fx-bench-") as name:
        folder = Path(name)
        (folder / "fleet.yml").write_text("poll_interval: 10s\n", encoding="utf-8")
        (folder / "prometheus.yml").write_text(config(exporter, root / "prometheus" / "rules"), encoding="utf-8")
        commands = (
            [str(root / "artifacts" / "fleet-exporter" / "fleet-exporter"), "serve", "--simulate", str(HOSTS), "--listen", f"127.0.0.1:{exporter}"],
            ["prometheus", "--config.file=prometheus.yml", f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{server}"])
        with open(folder / "log", "wb") as log:
            programs = [subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) for command in commands]
            try:
                wait_for(lambda: connects(socket.AF_INET, ("127.0.0.1", server)), "Prometheus", 60)
                time.sleep(FILL)
                rows = []
                for file in sorted((root / "grafana" / "dashboards").glob("*.json")):
                    dashboard = json.loads(file.read_text(encoding="utf-8"))
                    took = measure(prometheus, dashboard)
                    rows.append([dashboard["title"], str(len(list(queries(dashboard)))), f"{statistics.median(took):.0f}", f"{max(took):.0f}"])
                series = json.load(urllib.request.urlopen(f"{prometheus}/api/v1/status/tsdb", timeout=10))["data"]["headStats"]["numSeries"]
            finally:
                for program in programs:
                    program.terminate()
                for program in programs:
                    program.wait(30)
    slowest = max(float(row[2]) for row in rows)
    page.put(
        "dashboards", f"{series} series, {FILL} s of samples every {SCRAPE} s, {AT_ONCE} concurrent queries, {TIMES} loads each, load average {os.getloadavg()[0]:.1f}",
        page.table(["Dashboard", "Queries", "Median (ms)", "Max (ms)"], rows) + f"\n\nAim: the slowest under {LIMIT_MS / 1000:.0f} s. {'Met' if slowest < LIMIT_MS else 'Missed'}.")
