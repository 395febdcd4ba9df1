"""The soak benchmark: memory of the exporter while it watches many GPU hosts over SSH for half an hour and is scraped."""
import os
import time
from pathlib import Path

import performance_page as page
from fleet import contestants, cpu
from fleet.contestants import Watched, command, pss_kib
from fleet.stage import Home

MINUTES = 30
ROWS = (1, 5, 10, 15, 20, 25, 30)
SCRAPE = 15     # seconds between two scrapes


def run(root: Path, hosts: int) -> None:
    if os.geteuid() != 0:
        raise SystemExit("The soak benchmark creates a temporary user and runs an sshd: run it as root.")
    cpu.adopt_orphans()
    home = Home(root)
    rows = []
    try:
        with contestants.service(root, home, hosts) as watched:
            started = time.monotonic()
            for minute in range(1, MINUTES + 1):
                while time.monotonic() < started + minute * 60:
                    size = len(watched.page())
                    time.sleep(SCRAPE)
                row = [f"{minute}", *figures(watched), f"{size / 1e6:.1f}", f"{len(watched.late())}"]
                print(f"{time.strftime('%H:%M:%S')} {row}", flush=True)
                if minute in ROWS:
                    rows.append(row)
    finally:
        home.remove()
    page.put("soak", f"{hosts} hosts over SSH, every {contestants.interval_of(hosts)} s, scraped every {SCRAPE} s", page.table(
        ["Minute", "Exporter, all processes (MiB PSS)", "RSS (MiB)", "Threads", "Open files", "Running `nvidia-smi`", "`/metrics` (MB)",
         "Late hosts"],
        rows))


def figures(watched: Watched) -> list[str]:
    """PSS of the exporter with its ssh clients, its RSS, threads and open files, and how many nvidia-smi run on the hosts."""
    status = Path(f"/proc/{watched.pid}/status").read_text().splitlines()
    rss = int(next(line for line in status if line.startswith("VmRSS:")).split()[1])
    pss = sum(pss_kib(pid) for pid in (watched.pid, *watched.clients()))
    files = len(list(Path(f"/proc/{watched.pid}/fd").iterdir()))
    return [f"{pss / 1024:.0f}", f"{rss / 1024:.0f}", f"{watched.threads()}", f"{files}", f"{loops(watched)}"]


def loops(watched: Watched) -> int:
    return sum(1 for pid in cpu.below(watched.sshd) if Path(command(pid)[0] if command(pid) else "").name == "nvidia-smi")
