"""The targets benchmark: CPU of an exporter that only polls AI services over HTTP on loopback."""
import asyncio
import os
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import performance_page as page

from . import cpu
from .stage import free_port

SERVICES, INTERVAL = 200, 10
WARM, STEADY = 30, 60       # seconds of warm-up, which cover most of the JIT's work, and of measurement
BODY = b'{"status":"ok","model":"whisper-large-v3","service":"stt"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Server(threading.Thread):
    """Answers every request as healthy and counts them. Runs in this process, so its CPU is not counted as the exporter's."""

    def __init__(self):
        super().__init__(daemon=True)
        self.port, self.polls, self._listening = 0, 0, threading.Event()

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        await server.serve_forever()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.polls += 1
                writer.write(ANSWER)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def started(self) -> "Server":
        self.start()
        if not self._listening.wait(10):
            raise TimeoutError("the server does not listen")
        return self


def run(root: Path) -> None:
    server = Server().started()
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as folder, open(Path(folder) / "service.log", "wb") as log:
        port = free_port()
        config = Path(folder) / "fleet.yml"
        config.write_text(
            f"listen: 127.0.0.1:{port}\ndata_dir: {folder}/data\npoll_interval: {INTERVAL}s\nhosts: []\nservices:\n"
            + "".join(f"  - {{ name: service-{number}, url: \"http://127.0.0.1:{server.port}/health\" }}\n" for number in range(SERVICES)))
        process = subprocess.Popen([root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--config", config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            time.sleep(WARM)
            before, polls = cpu.used([process.pid]), server.polls
            time.sleep(STEADY)
            seconds, polls = cpu.used([process.pid]) - before, server.polls - polls
            up = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode().splitlines()
            good = sum(line.startswith("fleet_service_up{") and line.endswith(" 1") for line in up)
        finally:
            cpu.end(process, 20)
    if good != SERVICES or polls < SERVICES * STEADY // INTERVAL * 0.9:
        raise RuntimeError(f"{good} of {SERVICES} services were up, {polls} polls in {STEADY} s")
    page.put("targets", f"{STEADY} s after {WARM} s, load average {os.getloadavg()[0]:.1f}", page.table(
        ["Services", "Polls", "ms CPU per poll", f"% of one core, each every {INTERVAL} s"],
        [[f"{SERVICES}", f"{polls}", f"{seconds * 1000 / polls:.2f}", f"{seconds / STEADY * 100:.1f}"]]))
