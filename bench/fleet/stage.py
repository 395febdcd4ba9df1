"""The watched host: a temporary user with 12 tmux sessions and a fake nvidia-smi, behind its own sshd on loopback."""
import csv
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import cpu

USER = "fleetbench"
SESSIONS = 12
GPUS = 8
FIXTURES = "tests/FleetExporter.Tests/Fixtures/nvidia-smi"
CAPTURE = "captures/linux-h100-590.48.01.load.query-gpu.csv"
REPORT = "xml/telegraf-a100-sxm4-v12.q.xml"

ANSWER = """import csv, os, sys
_, question, answer = sys.argv
rows = []
with open("capture.csv", encoding="utf-8") as lines:
    head, cells = list(csv.reader(lines, skipinitialspace=True))[:2]
row = dict(zip([name.split(" ")[0] for name in head], cells))
for gpu in range({gpus}) if question.startswith("--query-gpu=") else []:
    row["index"], row["uuid"] = str(gpu), f"GPU-{{gpu:08}}-aaaa-bbbb-cccc-0123456789ab"
    rows.append(", ".join(row[field] for field in question.split("=", 1)[1].split(",")))
with open("pids", encoding="utf-8") as pids:
    for gpu, pid in enumerate(pids.read().split()[:{gpus}] if question.startswith("--query-compute-apps=") else []):
        row = {{"gpu_uuid": f"GPU-{{gpu:08}}-aaaa-bbbb-cccc-0123456789ab", "pid": pid, "process_name": "/usr/bin/python3", "used_memory": "70000"}}
        rows.append(", ".join(row[field] for field in question.split("=", 1)[1].split(",")))
text = "".join(line + "\\n" for line in rows)
with open(f"new.{{os.getpid()}}", "w", encoding="utf-8") as file:
    file.write(text)
os.rename(file.name, answer)
"""


class Home:
    """The user and its home folder; created once, removed at the end."""

    def __init__(self, root: Path):
        self.folder = Path(tempfile.mkdtemp(prefix="fleet-bench-"))
        self.path = self.folder / "home"
        self.key = self.folder / "key"
        self.port = free_port()
        self.uid: int | None = None
        try:
            self._make(root)
        except BaseException:
            self.remove()
            raise

    def _make(self, root: Path) -> None:
        self.folder.chmod(0o755)
        if USER in {entry.pw_name for entry in pwd.getpwall()}:
            raise SystemExit(f"The user {USER} already exists: another benchmark is running, or one was killed. If none is running, remove the user: userdel {USER}")
        # The password * instead of !: sshd without PAM rejects ! as a locked account.
        subprocess.run(["useradd", "-M", "-d", self.path, "-s", "/bin/sh", "-p", "*", USER], check=True)
        self.uid = pwd.getpwnam(USER).pw_uid
        for path in (self.path, self.path / ".ssh", self.path / "smi", self.path / "bin"):
            path.mkdir()
        for name in ("key", "host_key"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        shutil.copy(self.folder / "key.pub", self.path / ".ssh" / "authorized_keys")
        kind, blob, *_ = (self.folder / "host_key.pub").read_text().split()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {kind} {blob}\n")
        self._fake_smi(root / FIXTURES)
        (self.folder / "sshd_config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {self.folder}/host_key\nPidFile none\nUsePAM no\nPasswordAuthentication no\n"
            f"MaxStartups 1000\nAllowUsers {USER}\nLogLevel ERROR\nSetEnv PATH={self.path}/bin:/usr/bin:/bin\n")
        for path in (self.path, *self.path.rglob("*")):
            os.chown(path, self.uid, pwd.getpwnam(USER).pw_gid)

    def _fake_smi(self, fixtures: Path) -> None:
        folder, capture = self.path / "smi", fixtures / CAPTURE
        shutil.copy(fixtures / REPORT, folder / "report")
        shutil.copy(capture, folder / "capture.csv")
        with open(capture, encoding="utf-8") as lines:
            fields = [name.split(" ")[0] for name in next(csv.reader(lines, skipinitialspace=True))]
        (folder / "help").write_text("".join(f'"{field}"\n' for field in fields))
        (folder / "answer.py").write_text(ANSWER.format(gpus=GPUS))
        (folder / "polls").touch()
        smi = self.path / "bin" / "nvidia-smi"
        subprocess.run(["cc", "-O1", "-static", f'-DHOME="{self.path}"', "-o", smi, Path(__file__).with_name("fake_smi.c")], check=True)

    @property
    def polls(self) -> int:
        return (self.path / "smi" / "polls").stat().st_size

    def ssh(self, *options: str) -> list[str]:
        """A plain ssh command to the host, without configuration files."""
        return [
            "ssh", "-F", "none", "-T", "-i", str(self.key), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", f"UserKnownHostsFile={self.folder}/known_hosts",
            "-p", str(self.port), "-l", USER, *options, "127.0.0.1",
        ]

    def remove(self) -> None:
        if self.uid is not None:
            shutil.rmtree(f"/tmp/tmux-{self.uid}", ignore_errors=True)
            subprocess.run(["userdel", USER], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


class Servers:
    """sshd and the user's tmux server for one run; after the end, `host_seconds` is the CPU time of both and of all their descendants."""

    def __init__(self, home: Home):
        self.home = home
        self.host_seconds = 0.0
        self.adopted_outside = 0.0

    def __enter__(self) -> "Servers":
        home = self.home
        os.makedirs("/run/sshd", exist_ok=True)
        as_user = {"user": home.uid, "group": pwd.getpwuid(home.uid).pw_gid, "extra_groups": [], "cwd": home.path, "env": {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "HOME": str(home.path)}}
        # A socket left by the previous run would look like this run's.
        tmux_socket = Path(f"/tmp/tmux-{home.uid}/default")
        tmux_socket.unlink(missing_ok=True)
        self.tmux = subprocess.Popen(["tmux", "-D", "-f", "/dev/null"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **as_user)
        self.sshd = subprocess.Popen(["/usr/sbin/sshd", "-D", "-E", home.folder / "sshd.log", "-f", home.folder / "sshd_config"], stdin=subprocess.DEVNULL)
        try:
            wait_for(lambda: connects(socket.AF_UNIX, str(tmux_socket)), "tmux")
            for number in range(SESSIONS):
                # A shell that waits for a program: two processes in each session.
                subprocess.run(["tmux", "new-session", "-d", "-s", f"train-{number}", "sleep 100000; :"], check=True, timeout=10, **as_user)
            # On each GPU is the process of one of them.
            panes = ["tmux", "list-panes", "-a", "-F", "#{pane_pid}"]
            (home.path / "smi" / "pids").write_text(subprocess.run(panes, check=True, timeout=10, capture_output=True, text=True, **as_user).stdout)
            for answer in (home.path / "smi").glob("answer.*[0-9]"):
                answer.unlink()
            wait_for(lambda: connects(socket.AF_INET, ("127.0.0.1", home.port)), "sshd")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            # sshd's figure includes a session only after sshd has reaped it; all clients have ended by now.
            wait_for(lambda: not cpu.children(self.sshd.pid), "the sessions to end", fatal=False)
        finally:
            self.host_seconds = cpu.end(self.sshd, 10) + cpu.end(self.tmux, 10)
            orphans = cpu.reap_orphans(15)
            self.host_seconds += orphans.pop(self.home.uid, 0)
            self.adopted_outside = sum(orphans.values())


def wait_for(happens, what: str, limit: float = 20, fatal: bool = True) -> None:
    deadline = time.monotonic() + limit
    while not happens():
        if time.monotonic() > deadline:
            if fatal:
                raise TimeoutError(f"waited {limit:.0f} s for {what}")
            return
        time.sleep(0.05)


def connects(family: socket.AddressFamily, address: object) -> bool:
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
