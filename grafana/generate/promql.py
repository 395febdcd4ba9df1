"""Queries. Selectors are abbreviated: {HOST, level="slowdown"} stands for {job=~"$job", host=~"$host", level="slowdown"}."""
import re
from dataclasses import dataclass
from typing import Any

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

_JOB = 'job=~"$job"'
_HOST = _JOB + ', host=~"$host"'
_SELECTORS = {"JOB": _JOB, "HOST": _HOST, "GPU": _HOST + ', gpu=~"$gpu"', "GATEWAY": _HOST + ', gateway=~"$gateway"'}


def full(expr: str) -> str:
    """The query with its selectors expanded, on one line."""
    return re.sub(r"\{(JOB|HOST|GPU|GATEWAY)\b", lambda m: "{" + _SELECTORS[m[1]], " ".join(expr.split()))


@dataclass(frozen=True)
class Query:
    """A range query over the selected time range, or an instant query at its end.

    legend: {{label}} stands for a label's value. table: labels become columns."""
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


def top_series(count: int, series: str, rank: str, by: str = "host") -> str:
    """The series with the highest rank, the same ones at every step, so that a graph has few lines and none appears or disappears."""
    return f"{series} and on ({by}) topk({count}, {rank})"


def mean(selector: str) -> str:
    """The average over the selected time range, the same at every step."""
    return f"avg_over_time({selector}[$__range] @ end())"


def state(family: str, selector: str, label: str, states: tuple[str, ...]) -> str:
    """A state set as one number: 0 for none of the states, 1 for the first, and so on."""
    terms = [f'{i + 1} * {family}{{{selector}, {label}="{s}"}}' for i, s in enumerate(states)]
    return f" + ignoring ({label}) ".join(terms)


def alerts_of(selector: str) -> str:
    """Firing and pending alerts: 3 for critical, 2 for warning, 1 for info. The label subject names the part of the host."""
    ranked = " or ".join(f'{rank} * ALERTS{{severity="{severity}", {selector}}}' for severity, rank in (("critical", 3), ("warning", 2), ("info", 1)))
    parts = ", ".join(f'"{label}"' for label in ("gpu", "service", "provider", "gateway", "channel", "cron", "agent", "tunnel", "collector", "target", "unit", "mountpoint", "session"))
    return f"""max by (alertname, alertstate, host, subject) (label_replace(label_join({ranked}, "subject", " ", {parts}), "subject", "$1", "subject", " *(.*?) *"))"""


def refs() -> list[str]:
    """The reference ids of a panel's queries: A, B, C and so on."""
    return [chr(ord("A") + i) for i in range(26)]
