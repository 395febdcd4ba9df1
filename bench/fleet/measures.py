"""The end-to-end benchmark: CPU of both sides, memory, time to the first page, latency of a command."""
import os
import statistics
import subprocess
import time
from pathlib import Path

import performance_page as page

from . import contestants, cpu
from .contestants import PerPoll, Run, Watched, command, pss_kib
from .stage import Home

WARM, STEADY = 20, 60       # seconds of warm-up, which cover most of the JIT's work, and of measurement: what runs once a minute runs once
POLLS = 150                  # approximate difference in polls between the two asyncssh runs
TIMES = 30
NAMES = {"service": "FleetExporter", "plain": "FleetExporter, without GPUs and sessions", "kept": "asyncssh, kept connections", "fresh": "asyncssh, fresh connections"}
SCRAPES = 200


def run(root: Path, numbers: list[int]) -> None:
    if os.geteuid() != 0:
        raise SystemExit("The fleet benchmark creates a temporary user and runs an sshd: run it as root.")
    cpu.adopt_orphans()
    home = Home(root)
    try:
        costs: dict[int, dict[str, PerPoll]] = {}
        memories: dict[int, dict[str, float]] = {}
        first_pages: dict[int, float] = {}
        for number in numbers:
            costs[number] = {}
            with contestants.service(root, home, number) as watched:
                costs[number]["service"] = steady(watched, "service")
                memories[number] = memory(watched)
                first_pages[number] = watched.first_page
        with contestants.service(root, home, numbers[0], plain=True) as watched:
            costs[numbers[0]]["plain"] = steady(watched, "plain")
        for number in numbers:
            for name in ("kept", "fresh"):
                costs[number][name] = PerPoll.between(*printed(number, name, *asyncssh_pair(home, number, name == "fresh")))
        node_exporter = contestants.node_exporter(SCRAPES)
        page.put(
            "cpu",
            f"FleetExporter for {STEADY} s after {WARM} s of warm-up; a pair of runs of each asyncssh collector; {SCRAPES} scrapes of node_exporter",
            cpu_table(costs, node_exporter))
        page.put("chart", f"{numbers[0]} hosts, from the table below", page.chart(
            {NAMES[name]: cost.both_ms for name, cost in costs[numbers[0]].items()} | {"node_exporter, a scrape": node_exporter.both_ms}, "ms"))
        page.put("ratios", "from the table above", ratio_table(costs))
        page.put("memory", f"PSS after {WARM + STEADY} s of polling", memory_table(memories))
        page.put("first-page", "the same runs", first_page_table(first_pages))
        with contestants.service(root, home, 1, "openssh") as watched:   # other programs can use its control socket
            page.put("latency", f"{TIMES} of each, alternating", latency_table(*latency(home, watched)))
    finally:
        home.remove()


def steady(watched: Watched, name: str) -> PerPoll:
    """Measures a service between two moments after its warm-up."""
    time.sleep(WARM)
    accounts = [watched.account()]
    time.sleep(STEADY)
    accounts.append(watched.account())
    printed(watched.hosts, name, *accounts)
    if late := watched.late():
        some = "; ".join(f"{host}: {what}" for host, what in sorted(late.items())[:5])
        print(f"{len(late)} of {watched.hosts} hosts were late or had failures: {some}", flush=True)
    return PerPoll.between(*accounts)


def asyncssh_pair(home: Home, number: int, fresh: bool) -> tuple[Run, Run]:
    """Two runs that differ only in their rounds. The interval grows with the hosts, so that two cores keep up; only CPU per poll is compared."""
    interval = max(2, number * (0.1 if fresh else 0.06))
    more = max(2, round(POLLS / number))
    short, long = (contestants.asyncssh(home, number, rounds, interval, fresh) for rounds in (1, 1 + more))
    return short, long


def printed(number: int, name: str, short: Run, long: Run) -> tuple[Run, Run]:
    """Prints the raw figures of two measurements and returns them."""
    for run_ in (short, long):
        print(f"{time.strftime('%H:%M:%S')} {number} hosts, {NAMES[name]}: {run_.polls} polls, "
              f"exporter {run_.exporter:.2f} s, host {run_.host:.2f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    return short, long


def cpu_table(costs: dict[int, dict[str, PerPoll]], node_exporter: PerPoll) -> str:
    return page.table(
        ["Hosts, collector", "Polls", "Exporter side (ms CPU)", "Host side (ms CPU)", "Both (ms CPU)"],
        [
            [f"{number}, {NAMES[name]}", f"{cost.polls}", f"{cost.exporter_ms:.2f}", f"{cost.host_ms:.2f}", f"{cost.both_ms:.2f}"]
            for number, by_name in costs.items() for name, cost in by_name.items()
        ] + [["1, node_exporter, per scrape", f"{node_exporter.polls}", "", f"{node_exporter.host_ms:.2f}", f"{node_exporter.host_ms:.2f}"]])


def ratio_table(costs: dict[int, dict[str, PerPoll]]) -> str:
    return page.table(
        ["CPU ratio to FleetExporter", "Exporter side", "Host side", "Both sides"],
        [
            [f"{NAMES[name]}, {number} hosts"] + [
                f"{getattr(by_name[name], side) / getattr(by_name['service'], side):.1f}" for side in ("exporter_ms", "host_ms", "both_ms")]
            for number, by_name in costs.items() for name in ("kept", "fresh")
        ])


def memory(watched: Watched) -> dict[str, float]:
    """PSS in MiB: the service, and per host the ssh clients, sshd's processes, and the samplers."""
    clients = sum(pss_kib(pid) for pid in watched.clients())
    ours = {pid: command(pid) for pid in cpu.below(watched.sshd)}
    sshd = sum(pss_kib(pid) for pid, words in ours.items() if "".join(words[:1]).startswith("sshd"))
    samplers = sum(pss_kib(pid) for pid, words in ours.items() if not "".join(words[:1]).startswith("sshd"))
    return {"service": pss_kib(watched.pid) / 1024} | {
        name: kib / 1024 / watched.hosts for name, kib in (("clients", clients), ("sshd", sshd), ("samplers", samplers))}


def memory_table(memories: dict[int, dict[str, float]]) -> str:
    rows = [
        [f"{number} hosts", f"{m['service']:.1f}", f"{m['clients']:.2f}", f"{m['sshd']:.2f}", f"{m['samplers']:.2f}"] for number, m in memories.items()]
    fewest, most = min(memories), max(memories)
    if most > fewest:
        slope = (memories[most]["service"] - memories[fewest]["service"]) / (most - fewest)
        rows.append([f"each additional host from {fewest} to {most}", f"{slope:.2f}", "", "", ""])
    return page.table(["MiB", "Service", "ssh clients per host", "On the host: sshd", "On the host: samplers"], rows)


def first_page_table(first_pages: dict[int, float]) -> str:
    return page.table(
        ["Hosts", "Seconds from start to the first complete page"],
        [[f"{number}", f"{seconds:.1f}"] for number, seconds in first_pages.items()])


def latency(home: Home, watched: Watched) -> tuple[list[float], list[float]]:
    """Milliseconds of `true` over the service's connection and over a new one."""
    warm_ssh = ["ssh", "-F", "none", "-T", "-o", "ControlMaster=no", "-o", f"ControlPath={watched.control_path()}", "host", "true"]
    fresh_ssh = [*home.ssh(), "true"]
    warm, fresh = [], []
    for _ in range(TIMES):
        for words, times in ((warm_ssh, warm), (fresh_ssh, fresh)):
            started = time.monotonic()
            subprocess.run(words, stdin=subprocess.DEVNULL, check=True, timeout=20)
            times.append((time.monotonic() - started) * 1000)
    return warm, fresh


def latency_table(warm: list[float], fresh: list[float]) -> str:
    def row(name: str, times: list[float]) -> list[str]:
        ordered = sorted(times)
        return [name, f"{statistics.median(ordered):.1f}", f"{ordered[0]:.1f}", f"{ordered[-1]:.1f}"]

    return page.table(
        ["`ssh host true` (ms)", "Median", "Min", "Max"],
        [row("over the service's connection", warm), row("fresh connection", fresh), ["ratio of medians", f"{statistics.median(fresh) / statistics.median(warm):.1f}", "", ""]])
