"""How soon the web interface paints and shows 200 hosts with 8 GPUs each, how it scrolls, and what memory it keeps, as measured by Chromium."""
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

HOSTS, KIND, LOADS = 200, "gpu-server", 12
LIMIT_MS, FRAME_MS, CHANGE_MS = 500, 100, 1000
SCROLL_SECONDS, WATCH_SECONDS = 15, 30
MINUTES = (1, 5, 10, 20)    # when the memory of the open page is read
VIEWS = ("overview", "hosts", "sessions")
FIGURES = """(() => {
  const shown = performance.getEntriesByName('fleet-shown')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return shown && paint ? JSON.stringify([paint.startTime, shown.startTime, performance.getEntriesByType('resource').reduce((n, r) => n + r.transferSize, 0), document.querySelectorAll('*').length]) : '';
})()"""

# Keeps the messages of the socket, each with the time when the frame with its changes was drawn. A host that is sent again with the time of an older
# answer has changed otherwise.
MESSAGES = """(() => {
  const Socket = window.WebSocket;
  window.fleetMessages = [];
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', message => {
        const entry = { text: message.data, received: Date.now(), drawn: 0 };
        if (fleetMessages.isOpen) fleetMessages.push(entry);
        requestAnimationFrame(() => setTimeout(() => { entry.drawn = Date.now(); }));
      });
    }
  };
})()"""
CHANGES = """(async () => {
  fleetMessages.isOpen = true;
  await new Promise(done => setTimeout(done, SECONDS * 1000));
  fleetMessages.isOpen = false;
  const [changes, seen] = [[], {}];
  for (const { text, received, drawn } of fleetMessages.splice(0)) {
    const { event, data } = JSON.parse(text);
    for (const { hostname, last_seen: at } of event === 'hosts_update' && drawn ? data : []) {
      if (seen[hostname] && seen[hostname] !== at) changes.push([drawn - Date.parse(at), drawn - received]);
      seen[hostname] = at;
    }
  }
  return JSON.stringify(changes);
})()"""
FRAMES = """(async () => {
  const gaps = [];
  let [last, step] = [await new Promise(requestAnimationFrame), 60];
  for (const end = last + SECONDS * 1000; last < end;) {
    scrollBy(0, step);
    if (scrollY <= 0 || scrollY + innerHeight >= document.scrollingElement.scrollHeight - 1) step = -step;
    const time = await new Promise(requestAnimationFrame);
    gaps.push(time - last);
    last = time;
  }
  return JSON.stringify(gaps);
})()"""


class Chromium:
    """A headless browser, controlled with JSON messages, each followed by NUL, over its file descriptors 3 and 4."""

    def __init__(self, folder: Path):
        program = shutil.which("chromium") or shutil.which("chromium-headless-shell") or shutil.which("chromium-browser") or shutil.which("google-chrome")
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

    @contextlib.contextmanager
    def page(self, url: str) -> Iterator[tuple[str, list[float]]]:
        """Opens a page in a new browser context, so that nothing is cached.

        Yields its session, and first contentful paint and first view with values in ms, bytes received and elements.
        """
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context, width=1400, height=900)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.call("Page.addScriptToEvaluateOnNewDocument", session, source=MESSAGES)
        self.call("Page.navigate", session, url=url)
        deadline = time.monotonic() + 30
        while not (value := self.value(session, FIGURES)):
            if time.monotonic() > deadline:
                raise RuntimeError(f"{url} shows no values after 30 s")
            time.sleep(0.25)    # rarely, so that polling does not slow the page down
        try:
            yield session, json.loads(value)
        finally:
            self.call("Target.disposeBrowserContext", browserContextId=context)

    def load(self, url: str) -> list[float]:
        with self.page(url) as (_, figures):
            return figures

    def value(self, session: str, expression: str, seconds: int = 0) -> Any:
        answer = self.call("Runtime.evaluate", session, expression=expression.replace("SECONDS", f"{seconds}"), awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", "the page threw"))
        return answer["result"].get("value")

    def memory(self, session: str) -> list[str]:
        """Heap in MiB, elements and event listeners, all that is reachable after a collection."""
        self.call("HeapProfiler.collectGarbage", session)
        used = self.call("Runtime.getHeapUsage", session)["usedSize"]
        counters = self.call("Memory.getDOMCounters", session)
        return [f"{used / 1048576:.1f}", f"{counters['nodes']}", f"{counters['jsEventListeners']}"]


@contextlib.contextmanager
def service(root: Path, folder: Path) -> Iterator[str]:
    base = f"http://127.0.0.1:{(port := free_port())}"
    (folder / "fleet.yml").write_text(f"listen: 127.0.0.1:{port}\ndata_dir: {folder}/data\nhosts: []\n")
    with open(folder / "service.log", "wb") as log:
        process = subprocess.Popen(
            [root / "artifacts/fleet-exporter/fleet-exporter", "serve", "--simulate", str(HOSTS), "--simulate-kind", KIND, "--config", folder / "fleet.yml"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(lambda: watched(base) == HOSTS, "all hosts to answer", 60)
            yield base
        finally:
            process.terminate()
            process.wait(30)


def watched(base: str) -> int:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{base}/api/hosts?limit=500", timeout=5) as answer:
        return sum(host["status"] != "offline" for host in json.load(answer)["items"])
    return 0


def run(root: Path) -> None:
    rows, paints = [], []
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as name, service(root, Path(name)) as base:
        browser = Chromium(Path(name))
        try:
            browser.load(f"{base}/#overview")   # warm-up: excludes Chromium's own first start
            for view in VIEWS:
                loads = [browser.load(f"{base}/#{view}") for _ in range(LOADS)]
                paint, shown = [load[0] for load in loads], [load[1] for load in loads]
                paints.append(statistics.median(paint))
                rows.append([view, f"{statistics.median(paint):.0f}", f"{max(paint):.0f}", f"{statistics.median(shown):.0f}", f"{max(shown):.0f}",
                             f"{loads[-1][2] / 1024:.0f}", f"{loads[-1][3]:.0f}"])
            with browser.page(f"{base}/#hosts") as (session, _):
                opened = time.monotonic()
                changes = json.loads(browser.value(session, CHANGES, WATCH_SECONDS))
                gaps = json.loads(browser.value(session, FRAMES, SCROLL_SECONDS))
                memory = []
                for minute in MINUTES:
                    time.sleep(max(0, opened + minute * 60 - time.monotonic()))
                    memory.append([f"{minute}", *browser.memory(session)])
                    print(f"{time.strftime('%H:%M:%S')} {memory[-1]}", flush=True)
        finally:
            browser.close()
    whole, page_only = [change[0] for change in changes], [change[1] for change in changes]
    loaded = page.table(["View", "First paint (ms)", "Max (ms)", "Values shown (ms)", "Max (ms)", "KiB received", "Elements"], rows)
    moving = page.table(["Hosts view", "Median (ms)", "p99 (ms)", "Max (ms)"], [
        ["A host's answer until it is drawn", *spread(whole)],
        ["of it in the browser", *spread(page_only)],
        ["Between two frames while scrolling", *spread(gaps)]])
    kept = page.table(["Minutes open", "Heap (MiB)", "Nodes", "Event listeners"], memory)
    verdict = (
        f"Aims: first paint under {LIMIT_MS} ms, {met(max(paints), LIMIT_MS)}; a change drawn within {CHANGE_MS} ms, "
        f"{met(max(whole), CHANGE_MS)}; no frame over {FRAME_MS} ms while scrolling, {met(max(gaps), FRAME_MS)} "
        f"({sum(gap > FRAME_MS for gap in gaps)} of {len(gaps)}).")
    page.put(
        "ui", f"{HOSTS} simulated hosts with 8 GPUs in the service, headless Chromium at 1400 × 900 on the same machine, medians of {LOADS} "
        "uncached loads of each view; KiB compressed, with the hosts",
        f"{loaded}\n\n{moving}\n\n{kept}\n\n{verdict}")


def spread(values: list[float]) -> list[str]:
    ordered = sorted(values)
    return [f"{statistics.median(ordered):.0f}", f"{ordered[int(len(ordered) * 0.99)]:.0f}", f"{ordered[-1]:.0f}"]


def met(value: float, limit: float) -> str:
    return "met" if value < limit else "missed"
