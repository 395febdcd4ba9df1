"""Runs FleetExporter or the asyncssh collector; counts its polls and the CPU time on both sides."""
import contextlib
import http.client
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from . import cpu
from .stage import USER, Home, Servers, connects, free_port, wait_for


def interval_of(hosts: int) -> int:
    """Seconds between two polls of the service: 2, or more where two cores could not serve both ends."""
    return max(2, hosts // 20)


@dataclass
class Run:
    polls: int
    exporter: float     # CPU seconds of the service and its ssh clients, or of the asyncssh collector
    host: float         # CPU seconds of sshd and everything below it, and of the tmux server


@dataclass
class PerPoll:
    """The difference of two runs: of one service at two moments, or of a long and a short run, so that start-up and connecting cancel out."""
    polls: int
    exporter_ms: float
    host_ms: float

    @staticmethod
    def between(short: Run, long: Run) -> "PerPoll":
        polls = long.polls - short.polls
        if polls <= 0:
            raise RuntimeError(f"no polls between the runs: {short}, {long}")
        return PerPoll(polls, (long.exporter - short.exporter) * 1000 / polls, (long.host - short.host) * 1000 / polls)

    @property
    def both_ms(self) -> float:
        return self.exporter_ms + self.host_ms


def asyncssh(home: Home, hosts: int, rounds: int, interval: float, fresh: bool) -> Run:
    before = home.polls
    servers = Servers(home)
    with servers:
        # -W ignore: hides deprecation warnings of asyncssh's dependencies.
        collector = subprocess.Popen([
            "/usr/bin/python3", "-W", "ignore", Path(__file__).with_name("asyncssh_collector.py"), "--port", str(home.port), "--user", USER, "--key", home.key,
            "--known-hosts", home.folder / "known_hosts", "--hosts", str(hosts), "--rounds", str(rounds), "--interval", str(interval), *(["--fresh"] if fresh else [])])
        try:
            seconds = cpu.reap(collector, 60 + hosts * (0.5 + rounds))
        finally:
            cpu.end(collector, 5)
    if collector.returncode != 0:
        raise RuntimeError(f"the asyncssh collector exited with {collector.returncode}")
    return Run(home.polls - before, seconds + servers.adopted_outside, servers.host_seconds)


def node_exporter(scrapes: int) -> PerPoll:
    """Scrapes a node_exporter with its default collectors on this machine; its CPU counts as the host side."""
    port = free_port()
    process = subprocess.Popen(
        ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: connects(socket.AF_INET, ("127.0.0.1", port)), "node_exporter")

        def scrape() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/metrics")
            if b"node_load1 " not in connection.getresponse().read():
                raise RuntimeError("node_exporter has no node_load1")
            connection.close()

        for _ in range(20):
            scrape()
        before = cpu.used([process.pid])
        for _ in range(scrapes):
            scrape()
            time.sleep(0.05)
        return PerPoll(scrapes, 0, (cpu.used([process.pid]) - before) * 1000 / scrapes)
    finally:
        cpu.end(process, 10)


@contextlib.contextmanager
def service(root: Path, home: Home, hosts: int, client: str = "auto", plain: bool = False) -> Iterator["Watched"]:
    """Runs a service with this many hosts and this SSH client; yields once every host has answered completely.

    Plain hosts are watched without GPUs and tmux sessions.
    """
    keys = ", gpu: false, tmux: { enabled: false }" if plain else ""
    port = free_port()
    config = home.folder / "fleet.yml"
    config.write_text(
        f"listen: 127.0.0.1:{port}\ndata_dir: {home.folder}/data\npoll_interval: {interval_of(hosts)}s\n"
        f"ssh: {{ client: {client}, user: {USER}, key_file: {home.key}, known_hosts: {home.folder}/known_hosts }}\nhosts:\n"
        + "".join(f"  - {{ name: host-{number}, address: \"127.0.0.1:{home.port}\"{keys} }}\n" for number in range(hosts)))
    with Servers(home) as servers, open(home.folder / "service.log", "wb") as log:
        started = time.monotonic()
        process = subprocess.Popen([root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            watched = Watched(process.pid, port, hosts, servers.sshd.pid, servers.tmux.pid, home, plain)
            watched.wait_until_complete(60 + hosts)
            watched.first_page = time.monotonic() - started
            yield watched
        except BaseException:
            sys.stderr.write((home.folder / "service.log").read_text(errors="replace")[-2000:])
            raise
        finally:
            cpu.end(process, 60)


@dataclass
class Watched:
    """A running service and its hosts."""
    pid: int
    port: int
    hosts: int
    sshd: int
    tmux: int
    home: Home
    plain: bool = False
    first_page: float = 0

    def account(self) -> Run:
        """Polls and CPU seconds so far. The fake nvidia-smi counts the polls; those of plain hosts follow from the time."""
        polls = round(time.monotonic() / interval_of(self.hosts) * self.hosts) if self.plain else self.home.polls
        return Run(polls, cpu.used([self.pid, *self.clients()]), cpu.used([self.sshd, *cpu.below(self.sshd), self.tmux]))

    def page(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/metrics")
            return connection.getresponse().read().decode()
        except OSError:
            return ""
        finally:
            connection.close()

    def wait_until_complete(self, limit: float) -> None:
        deadline = time.monotonic() + limit
        while len(re.findall(r'^fleet_collector_success\{[^}]*collector="(?:host|tmux|gpu)"[^}]*\} 1$', self.page(), re.MULTILINE)) < (
                1 if self.plain else 3) * self.hosts:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.hosts} hosts did not all answer within {limit:.0f} s")
            time.sleep(max(0.1, self.hosts / 400))   # rendering a page of many hosts costs CPU

    def late(self) -> dict[str, str]:
        """Hosts with a reading older than two and a half intervals or with failures, and the cause."""
        page, late = self.page(), {}
        for host, seconds in re.findall(r'^fleet_collector_last_success_timestamp_seconds\{[^}]*host="([^"]*)"[^}]*collector="(?:host|tmux|gpu)"[^}]*\} (\S+)$', page, re.MULTILINE):
            if time.time() - float(seconds) > 2.5 * interval_of(self.hosts):
                late[host] = f"last success {time.time() - float(seconds):.1f} s ago"
        for host, what, failures in re.findall(r'^fleet_collector_failures_total\{[^}]*host="([^"]*)",([^}]*)\} (\S+)$', page, re.MULTILINE):
            if float(failures) > 0:
                late[host] = f"{failures} failures of {what}"
        return late

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/task").iterdir()))

    def clients(self) -> list[int]:
        return [pid for pid in cpu.children(self.pid) if command(pid)[:1] == ["ssh"]]

    def control_path(self) -> str:
        for pid in self.clients():
            words = command(pid)
            if "ControlMaster=yes" in words:
                return next(w for w in words if w.startswith("ControlPath=")).split("=", 1)[1].strip('"')
        raise RuntimeError("the service has no ssh with a control socket")


def command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def pss_kib(pid: int) -> int:
    try:
        return next(int(line.split()[1]) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    except OSError:
        return 0
