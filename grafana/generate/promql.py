"""Queries. Selectors are written short: {HOST, level="slowdown"} stands for {job=~"$job", host=~"$host", level="slowdown"}."""
import re
from dataclasses import dataclass
from typing import Any

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

_JOB = 'job=~"$job"'
_HOST = _JOB + ', host=~"$host"'
_SELECTORS = {"JOB": _JOB, "HOST": _HOST, "GPU": _HOST + ', gpu=~"$gpu"', "GATEWAY": _HOST + ', gateway=~"$gateway"'}


def full(expr: str) -> str:
    """The query as Prometheus gets it, on one line."""
    return re.sub(r"\{(JOB|HOST|GPU|GATEWAY)\b", lambda m: "{" + _SELECTORS[m[1]], " ".join(expr.split()))


@dataclass(frozen=True)
class Query:
    """A query over the time shown, or of its end.

    legend: {{label}} stands for a label's value. instant: only the end. table: labels become columns."""
    expr: str
    legend: str = "__auto"
    instant: bool = False
    table: bool = False

    def json(self, ref: str) -> dict[str, Any]:
        target: dict[str, Any] = {"refId": ref, "datasource": DATASOURCE, "expr": full(self.expr), "editorMode": "code", "legendFormat": self.legend}
        target |= {"instant": True, "range": False} if self.instant else {"range": True}
        return target | {"format": "table" if self.table else "time_series"}


def now(expr: str, legend: str = "__auto") -> Query:
    return Query(expr, legend, instant=True)


def most(count: int, series: str, rank: str, by: str = "host") -> str:
    """The series whose rank is highest, the same ones at every step, so that a graph has few lines and none that comes and goes."""
    return f"{series} and on ({by}) topk({count}, {rank})"


def mean(selector: str) -> str:
    """Over all the time shown, at every step the same."""
    return f"avg_over_time({selector}[$__range] @ end())"


def state(family: str, selector: str, label: str, states: tuple[str, ...]) -> str:
    """A state set as one number per thing: 0 for none of the states, 1 for the first of them, and so on."""
    terms = [f'{i + 1} * {family}{{{selector}, {label}="{s}"}}' for i, s in enumerate(states)]
    return f" + ignoring ({label}) ".join(terms)


def alerts_of(selector: str) -> str:
    """What fires or is about to: 3 for critical, 2 for warning, 1 for info; the label of says of what on the host."""
    ranked = " or ".join(f'{rank} * ALERTS{{severity="{severity}", {selector}}}' for severity, rank in (("critical", 3), ("warning", 2), ("info", 1)))
    parts = ", ".join(f'"{label}"' for label in ("gpu", "service", "provider", "gateway", "channel", "cron", "agent", "tunnel", "collector", "target", "unit", "mountpoint", "session"))
    return f"""max by (alertname, alertstate, host, of) (label_replace(label_join({ranked}, "of", " ", {parts}), "of", "$1", "of", " *(.*?) *"))"""


def refs() -> list[str]:
    """Grafana's names of a panel's queries."""
    return [chr(ord("A") + i) for i in range(26)]
