"""Compares the built-in SSH client with OpenSSH's in one run: CPU, memory, threads, start-up, commands and ciphers."""
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

import control
import performance_page as page
from fleet import contestants, cpu
from fleet.contestants import PerPoll, pss_kib
from fleet.measures import STEADY, WARM
from fleet.stage import USER, Home, Servers

CLIENTS = {"builtin": "built-in", "openssh": "OpenSSH"}
ROUNDS = 200
CIPHERS = ("aes128-ctr", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com")
BENCH = "bench/FleetExporter.Bench/bin/Release/net10.0/FleetExporter.Bench.dll"


def run(root: Path, numbers: list[int]) -> None:
    if os.geteuid() != 0:
        raise SystemExit("The ssh benchmark creates a temporary user and runs an sshd: run it as root.")
    cpu.adopt_orphans()
    subprocess.run(["dotnet", "build", "-c", "Release", "--nologo", "-v", "quiet", "bench/FleetExporter.Bench"], cwd=root, check=True, timeout=300)
    home = Home(root)
    try:
        page.put("ssh-hosts", f"{STEADY} s after {WARM} s", hosts(root, home, numbers))
        page.put("ssh-commands", f"{ROUNDS} of each, alternating where both clients run at once", commands(root, home))
        page.put("ssh-ciphers", "3000 frames of 8 KiB after 500, one connection", ciphers(root, home))
    finally:
        home.remove()


def hosts(root: Path, home: Home, numbers: list[int]) -> str:
    rows, memory = [], {}
    for number in numbers:
        for client, name in CLIENTS.items():
            with contestants.service(root, home, number, client) as watched:
                time.sleep(WARM)
                accounts = [watched.account()]
                time.sleep(STEADY)
                accounts.append(watched.account())
                if late := watched.late():
                    print(f"{len(late)} of {number} hosts were late or had failures, {name}: {sorted(late.items())[:5]}", flush=True)
                cost = PerPoll.between(*accounts)
                own, clients = pss_kib(watched.pid) / 1024, sum(pss_kib(pid) for pid in watched.clients()) / 1024
                memory[client, number] = own + clients
                rows.append([
                    f"{number}, {name}", f"{cost.polls}", f"{cost.exporter_ms:.2f}", f"{cost.host_ms:.2f}", f"{own:.1f}", f"{clients:.1f}",
                    f"{watched.threads()}", f"{watched.first_page:.1f}"])
    text = page.table(
        ["Hosts, client", "Polls", "Exporter side (ms CPU per poll)", "Host side (ms CPU per poll)", "Service (MiB)", "ssh processes (MiB)",
         "Threads", "First page (s)"], rows)
    fewest, most = min(numbers), max(numbers)
    if most > fewest:
        slope = {client: (memory[client, most] - memory[client, fewest]) / (most - fewest) for client in CLIENTS}
        text += (f"\n\nEach additional host from {fewest} to {most} takes {slope['builtin']:.2f} MiB with the built-in client "
                 f"and {slope['openssh']:.2f} MiB with OpenSSH's, all processes together.")
    return text


def commands(root: Path, home: Home) -> str:
    """Round trips of an SSH session, the command runner and POST /api/dgx/exec, in milliseconds."""
    times: dict[tuple[str, str], list[float]] = {}
    with Servers(home), control.service(root, home, "builtin") as builtin, control.service(root, home, "openssh") as openssh:
        services = {"builtin": builtin, "openssh": openssh}
        for service in services.values():
            for _ in range(30):
                service.ask("POST", "/api/dgx/exec/bench", {"command": "true"})
        for _ in range(ROUNDS):
            for client, service in services.items():
                times.setdefault(("POST /api/dgx/exec", client), []).append(
                    control.milliseconds(lambda s=service: s.ask("POST", "/api/dgx/exec/bench", {"command": "true"})))
    with Servers(home):
        for client in CLIENTS:
            measured = channel(root, home, client)
            times["session that runs `true`", client], times["command runner with `true`", client] = measured["session"], measured["command"]
    rows = []
    for what in ("session that runs `true`", "command runner with `true`", "POST /api/dgx/exec"):
        for client, name in CLIENTS.items():
            cut = statistics.quantiles(times[what, client], n=100)
            rows.append([f"{what}, {name}", f"{cut[49]:.1f}", f"{min(times[what, client]):.1f}", f"{cut[98]:.1f}"])
    return page.table(["Round trip (ms)", "p50", "Min", "p99"], rows)


def ciphers(root: Path, home: Home) -> str:
    """CPU of the built-in client per frame, with sshd limited to one cipher at a time."""
    config = home.folder / "sshd_config"
    text = config.read_text()
    rows = []
    try:
        for cipher in CIPHERS:
            config.write_text(f"{text}Ciphers {cipher}\n")
            with Servers(home):
                costs = [channel(root, home, "builtin")["cpu_per_frame"] for _ in range(3)]
            rows.append([cipher, f"{min(costs):.3f}", f"{statistics.median(costs):.3f}", f"{max(costs):.3f}"])
    finally:
        config.write_text(text)
    return page.table(["Cipher", "Min (ms CPU per frame)", "Median", "Max"], rows)


def channel(root: Path, home: Home, client: str) -> dict:
    """Runs the bench program once against the running sshd."""
    done = subprocess.run(
        ["dotnet", BENCH, "ssh", client, str(home.port), USER, str(home.key), f"{home.folder}/known_hosts"],
        cwd=root, check=True, capture_output=True, text=True, timeout=180)
    return json.loads(done.stdout.strip().splitlines()[-1])
