"""How soon the web interface paints and how soon it shows 200 hosts, as measured by Chromium."""
import contextlib
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import performance_page as page
from fleet.stage import free_port, wait_for

HOSTS, LOADS = 200, 12
LIMIT_MS = 500
VIEWS = {"overview": "overview", "hosts": "hosts", "sessions": "sessions"}
FIGURES = """(() => {
  const shown = performance.getEntriesByName('fleet-shown')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return shown && paint ? JSON.stringify([paint.startTime, shown.startTime, performance.getEntriesByType('resource').reduce((n, r) => n + r.transferSize, 0), document.querySelectorAll('*').length]) : '';
})()"""


class Chromium:
    """A headless browser, controlled with JSON messages, each followed by NUL, over its file descriptors 3 and 4."""

    def __init__(self, folder: Path):
        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if program is None:
            raise SystemExit("The ui benchmark needs Chromium: apt-get install chromium")
        (theirs_in, self._out), (self._in, theirs_out) = os.pipe(), os.pipe()
        os.set_inheritable(theirs_in, True)
        os.set_inheritable(theirs_out, True)
        self._process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "sh", program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", f"--user-data-dir={folder}/profile"],
            close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self._rest, self._last = b"", 0

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                piece = os.read(self._in, 1 << 20)
                if not piece:
                    raise RuntimeError("Chromium has ended")
                self._rest += piece
            one, self._rest = self._rest.split(b"\0", 1)
            answer = json.loads(one)
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def close(self) -> None:
        with contextlib.suppress(OSError, RuntimeError):
            self.call("Browser.close")
        self._process.wait(20)

    def load(self, url: str) -> list[float]:
        """First contentful paint and first view with values in ms, bytes received and elements; in a new browser context, so that nothing is cached."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context, width=1400, height=900)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.navigate", session, url=url)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            time.sleep(0.25)    # rarely, so that polling does not slow the page down
            if value := self.call("Runtime.evaluate", session, expression=FIGURES)["result"].get("value"):
                self.call("Target.disposeBrowserContext", browserContextId=context)
                return json.loads(value)
        raise RuntimeError(f"{url} shows no values after 30 s")


@contextlib.contextmanager
def service(root: Path, folder: Path) -> Iterator[str]:
    base = f"http://127.0.0.1:{(port := free_port())}"
    (folder / "fleet.yml").write_text(f"listen: 127.0.0.1:{port}\ndata_dir: {folder}/data\nhosts: []\n")
    with open(folder / "service.log", "wb") as log:
        process = subprocess.Popen(
            [root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--simulate", str(HOSTS), "--config", folder / "fleet.yml"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(lambda: watched(base) >= HOSTS * 0.8, "most hosts to answer", 60)
            yield base
        finally:
            process.terminate()
            process.wait(30)


def watched(base: str) -> int:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{base}/api/hosts", timeout=5) as answer:
        return sum(host["status"] == "online" for host in json.load(answer)["items"])
    return 0


def run(root: Path) -> None:
    rows, paints = [], []
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as name, service(root, Path(name)) as base:
        browser = Chromium(Path(name))
        try:
            browser.load(f"{base}/#overview")   # warm-up: excludes Chromium's own first start
            for view, words in VIEWS.items():
                loads = [browser.load(f"{base}/#{view}") for _ in range(LOADS)]
                paint, shown = [load[0] for load in loads], [load[1] for load in loads]
                paints.append(statistics.median(paint))
                rows.append([words, f"{statistics.median(paint):.0f}", f"{max(paint):.0f}", f"{statistics.median(shown):.0f}", f"{max(shown):.0f}", f"{loads[-1][2] / 1024:.0f}", f"{loads[-1][3]:.0f}"])
        finally:
            browser.close()
    table = page.table(["View", "First paint (ms)", "Max (ms)", "Values shown (ms)", "Max (ms)", "KiB received", "Elements"], rows)
    verdict = "met" if all(paint < LIMIT_MS for paint in paints) else "missed"
    page.put(
        "ui", f"{HOSTS} simulated hosts in the service, headless Chromium at 1400 × 900 on the same machine, medians of {LOADS} uncached loads of each view; KiB compressed, with the hosts",
        f"{table}\n\nAim: first paint under {LIMIT_MS} ms. {verdict.capitalize()}.")
