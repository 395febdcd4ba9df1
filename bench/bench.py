#!/usr/bin/python3
"""Runs the benchmarks and writes their tables into docs/performance.md."""
import argparse
import signal
import subprocess
import sys
from pathlib import Path

import agents
import control
import dashboards
import gateway
import overview
import performance_page as page
import simulated
import soak
import ssh_clients
import streams
import ui
from fleet import measures, targets

ROOT = Path(__file__).resolve().parent.parent
ALL = (
    "page", "registry", "parsers", "poll", "simulated", "targets", "overview", "streams", "gateway", "agents", "dashboards", "ui", "control", "ssh", "fleet")
NAMES = (*ALL, "soak")      # soak only by name: it takes half an hour
CLASSES = {"page": "PageBench", "registry": "RegistryBench", "parsers": "ParserBench", "poll": "PollBench"}


def micro(name: str) -> None:
    """Runs one class of bench/FleetExporter.Bench with the default job of BenchmarkDotNet."""
    subprocess.run(
        ["dotnet", "run", "-c", "Release", "--project", "bench/FleetExporter.Bench", "--", "--filter", f"*{CLASSES[name]}*"],
        cwd=ROOT, check=True, timeout=900)
    report = ROOT / "BenchmarkDotNet.Artifacts" / "results" / f"FleetExporter.Bench.{CLASSES[name]}-report-github.md"
    table = [line for line in report.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    page.put(name, "BenchmarkDotNet, its default job, Release", "\n".join(table).replace("**", ""))


def registry() -> None:
    """Compares the page with a prometheus-net registry: the cost of each, and whether a scrape mixes two readings."""
    micro("registry")
    table = subprocess.run(
        ["dotnet", "run", "-c", "Release", "--project", "bench/FleetExporter.Bench", "--", "tearing"],
        cwd=ROOT, check=True, timeout=300, stdout=subprocess.PIPE, text=True).stdout
    page.put("tearing", "one thread updates all hosts without a pause while another one scrapes", table)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench/bench.py", description=__doc__,
        epilog="page, registry, parsers and poll need only the .NET SDK; simulated, targets, overview, streams, agents and ui also need the exporter built by make build; agents and ui need Chromium. fleet, soak, ssh and control need root, because they create a temporary user and run an sshd on loopback; "
        "both are removed at the end. gateway needs npm and installs OpenClaw in artifacts/. dashboards needs Prometheus. All benchmarks together take about 60 minutes, soak half an hour more.")
    parser.add_argument("benches", nargs="*", metavar="BENCH", help=f"benchmarks to run: {', '.join(NAMES)} (default: all but soak)")
    parser.add_argument("--hosts", type=int, nargs="+", default=[10, 50, 200], metavar="N", help="fleet and ssh: numbers of simulated hosts (default 10 50 200); soak: the highest of them")
    parser.add_argument("--keep-page", action="store_true", help="print the tables without writing docs/performance.md")
    arguments = parser.parse_args()
    if unknown := set(arguments.benches) - set(NAMES):
        parser.error(f"unknown benchmark: {', '.join(sorted(unknown))}")

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))   # stops child processes, as Ctrl-C does
    page.write = not arguments.keep_page
    for name in arguments.benches or ALL:
        if name == "fleet":
            measures.run(ROOT, sorted(set(arguments.hosts)))
        elif name == "registry":
            registry()
        elif name == "overview":
            overview.run(ROOT)
        elif name == "streams":
            streams.run(ROOT)
        elif name == "simulated":
            simulated.run(ROOT)
        elif name == "targets":
            targets.run(ROOT)
        elif name == "control":
            control.run(ROOT)
        elif name == "dashboards":
            dashboards.run(ROOT)
        elif name == "gateway":
            gateway.run(ROOT)
        elif name == "agents":
            agents.run(ROOT)
        elif name == "ssh":
            ssh_clients.run(ROOT, sorted(set(arguments.hosts)))
        elif name == "soak":
            soak.run(ROOT, max(arguments.hosts))
        elif name == "ui":
            ui.run(ROOT)
        else:
            micro(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
