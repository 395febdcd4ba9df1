"""Writes tables into docs/performance.md, each between its pair of comments."""
import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "performance.md"
write = True


def machine() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith(("model name", "Model"))), platform.machine())
    ssh = subprocess.run(["ssh", "-V"], capture_output=True, text=True, check=True).stderr.split(",")[0].strip()
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release()}, {ssh.replace('_', ' ')}, .NET {dotnet()}"


def dotnet() -> str:
    return subprocess.run(["dotnet", "--version"], capture_output=True, text=True, check=True, cwd=PAGE.parent).stdout.strip()


def put(name: str, method: str, text: str) -> None:
    """Replaces the text between <!-- bench:NAME --> and <!-- /bench:NAME -->."""
    head = f"<sub>{datetime.date.today().isoformat()}; {machine()}; {method}.</sub>"
    block = f"{text.strip()}\n\n{head}"
    print(f"\n== {name}\n{block}\n", flush=True)
    if not write:
        return
    old = PAGE.read_text(encoding="utf-8")
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    new, count = re.subn(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{block}\n{end}", old, flags=re.DOTALL)
    if count != 1:
        raise SystemExit(f"{PAGE} must contain {begin} and {end} exactly once, where the table belongs")
    PAGE.write_text(new, encoding="utf-8")


def chart(values: dict[str, float], unit: str) -> str:
    """Horizontal bars, as text: it shows wherever the page does."""
    width, longest = max(map(len, values)), max(values.values())
    bars = [f"{name:<{width}}  {'█' * max(1, round(value / longest * 60))} {value:.1f} {unit}" for name, value in values.items()]
    return "```text\n" + "\n".join(bars) + "\n```"


def table(columns: list[str], rows: list[list[str]]) -> str:
    """The first column is text, the others are numbers."""
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
