#!/usr/bin/python3
"""Writes grafana/dashboards/*.json from the modules in this folder. Edit those, then run make dashboards."""
import argparse
import json
from pathlib import Path

import agents
import alerts
import energy
import exporter
import gpu
import host
import jobs
import overview
import services
import sessions
import tunnels
import users
from dashboard import Dashboard

ALL: tuple[Dashboard, ...] = (
    overview.DASHBOARD, host.DASHBOARD, gpu.DASHBOARD, sessions.DASHBOARD, services.DASHBOARD, agents.DASHBOARD, tunnels.DASHBOARD, jobs.DASHBOARD,
    alerts.DASHBOARD, exporter.DASHBOARD, energy.DASHBOARD, users.DASHBOARD)


def main() -> None:
    parser = argparse.ArgumentParser(prog="grafana/generate", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "dashboards", metavar="FOLDER", help="output folder (default: grafana/dashboards)")
    parser.add_argument("--fleet-url", default="http://127.0.0.1:9470", metavar="URL", help="URL of the exporter as browsers reach it, for links to the web interface (default: %(default)s)")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for dashboard in ALL:
        text = json.dumps(dashboard.json(arguments.fleet_url.rstrip("/")), indent=2, ensure_ascii=False)
        (arguments.out / f"{dashboard.uid}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
