"""CPU time of processes: of ended ones from wait4, of running ones from /proc."""
import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Makes this process adopt orphaned descendants, so that their CPU time is counted."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def end(process: subprocess.Popen, limit: float, how: int = signal.SIGTERM) -> float:
    """Ends a child; returns the CPU seconds of it and of all processes it has reaped."""
    if process.returncode is not None:
        return 0.0
    os.kill(process.pid, how)   # Popen.send_signal could reap it, which would lose its CPU time
    return reap(process, limit)


def reap(process: subprocess.Popen, limit: float) -> float:
    """Waits for a child and returns its CPU seconds; kills it after the limit and raises TimeoutError."""
    deadline = time.monotonic() + limit
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_utime + usage.ru_stime
        if time.monotonic() > deadline:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            raise TimeoutError(f"{process.args[0]} did not end within {limit:.0f} s")
        time.sleep(0.02)


def reap_orphans(limit: float) -> dict[int, float]:
    """Waits until no child is left; returns the CPU seconds of adopted processes by uid. Call it after every own child is reaped."""
    deadline = time.monotonic() + limit
    seconds: dict[int, float] = {}
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return seconds
        if found is not None:
            _, _, usage = os.wait4(found.si_pid, 0)
            seconds[found.si_uid] = seconds.get(found.si_uid, 0) + usage.ru_utime + usage.ru_stime
        elif time.monotonic() > deadline:
            # Adopted, hence started below this process.
            for pid in children(os.getpid()):
                os.kill(pid, signal.SIGKILL)
            deadline += 5
        else:
            time.sleep(0.02)


def children(pid: int) -> list[int]:
    try:
        return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def used(pids: list[int]) -> float:
    """CPU seconds so far of running processes and of the children they have reaped."""
    seconds = 0.0
    for pid in pids:
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            own = sum(map(int, words[11:13])) / os.sysconf("SC_CLK_TCK")
            if words[17] == "1":   # one thread: the scheduler's figure has nanoseconds
                own = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
            seconds += own + sum(map(int, words[13:15])) / os.sysconf("SC_CLK_TCK")
        except (OSError, IndexError):
            continue   # has ended: included in its parent's figure
    return seconds


def below(pid: int) -> list[int]:
    """All processes below this one."""
    found = []
    for child in children(pid):
        found += [child, *below(child)]
    return found
