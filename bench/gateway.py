"""Compares requests to a real OpenClaw gateway over the exporter's kept connection with calls of the gateway's command line."""
import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import performance_page as page

METHODS = ("health", "status", "channels.status", "sessions.list", "cron.list")
CLI_RUNS = 5
TOKEN = "bench-token"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit(f"The gateway ended or was not ready within 120 s. Its output:\n{log.read_text(errors='replace')}")


def command_line(openclaw: list[str], environment: dict[str, str], port: int) -> dict[str, list[float]]:
    """Milliseconds of each call by method; each call starts a process."""
    took: dict[str, list[float]] = {}
    for method in METHODS:
        for _ in range(CLI_RUNS):
            start = time.monotonic()
            subprocess.run(
                [*openclaw, "gateway", "call", method, "--json", "--params", "{}", "--url", f"ws://127.0.0.1:{port}", "--token", TOKEN],
                env=environment, check=True, capture_output=True, timeout=60)
            took.setdefault(method, []).append((time.monotonic() - start) * 1000)
    return took


def run(root: Path) -> None:
    subprocess.run([root / "scripts" / "ensure-openclaw"], check=True, timeout=600)
    subprocess.run(["dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet", "bench/FleetExporter.Bench"], cwd=root, check=True, timeout=300)
    node = (root / "artifacts" / "openclaw" / "node-bin").resolve()
    openclaw = [str(node), str(root / "artifacts/openclaw/app/node_modules/openclaw/openclaw.mjs")]
    version = json.loads((root / "artifacts/openclaw/app/node_modules/openclaw/package.json").read_text(encoding="utf-8"))["version"]
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="fx-gateway-", ignore_cleanup_errors=True) as home:
        state = Path(home, ".openclaw")
        Path(state, "workspace").mkdir(parents=True)
        text = (root / "tests/FleetExporter.IntegrationTests/Parts/openclaw/openclaw.json").read_text(encoding="utf-8")
        for name, value in {"@HOME@": home, "@TOKEN@": TOKEN, "@PORT@": str(port), "@PROVIDER@": "http://127.0.0.1:1"}.items():
            text = text.replace(name, value)
        Path(state, "openclaw.json").write_text(text, encoding="utf-8")
        environment = {
            **os.environ, "HOME": home, "OPENCLAW_STATE_DIR": str(state), "OPENCLAW_CONFIG_PATH": str(state / "openclaw.json"),
            "PATH": f"{node.parent}:{os.environ['PATH']}",
        }
        log = Path(home, "log")
        with log.open("wb") as output:
            gateway = subprocess.Popen([*openclaw, "gateway"], env=environment, stdout=output, stderr=output, start_new_session=True)
        try:
            wait_until_ready(port, gateway, log)
            time.sleep(5)   # it continues to load after it reports ready
            cold = command_line(openclaw, environment, port)
            kept = json.loads(subprocess.run(
                ["dotnet", "bench/FleetExporter.Bench/bin/Release/net10.0/FleetExporter.Bench.dll", "gateway", f"ws://127.0.0.1:{port}", TOKEN],
                cwd=root, check=True, capture_output=True, text=True, timeout=120).stdout.strip().splitlines()[-1])
        finally:
            os.killpg(gateway.pid, signal.SIGKILL)   # the whole process group, with its helpers
            gateway.wait()
    rows = []
    for method in METHODS:
        slow, fast = statistics.median(cold[method]), statistics.median(kept[method])
        rows.append([method, f"{fast:.2f}", f"{max(kept[method]):.1f}", f"{slow:.0f}", f"{slow / fast:.0f}"])
    rows.append(["connect and login", f"{statistics.median(kept['connect']):.2f}", f"{max(kept['connect']):.1f}", "", ""])
    page.put(
        "gateway", f"OpenClaw {version}; 100 calls over one connection after 20 to warm up, {CLI_RUNS} calls of the command line",
        page.table(["Method", "Kept connection, median (ms)", "Max (ms)", "`openclaw gateway call`, median (ms)", "Ratio of medians"], rows))
