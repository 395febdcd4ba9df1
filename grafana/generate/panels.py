"""Panels: one function per type. A panel has a title, a description, queries and a size; the dashboard places it."""
from dataclasses import dataclass, field
from typing import Any

from promql import DATASOURCE, Query, refs
from values import GREY, MISSING, ORANGE_FROM_1, PLAIN, Json


@dataclass(frozen=True)
class Panel:
    """A panel without its position. body: the fields that only this panel type has."""
    kind: str
    title: str
    description: str
    width: int
    height: int
    queries: tuple[Query, ...] = ()
    body: Json = field(default_factory=dict)

    def json(self, number: int, x: int, y: int) -> Json:
        head: Json = {
            "id": number, "type": self.kind, "title": self.title, "description": self.description,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height}}
        if self.queries:
            head |= {"datasource": DATASOURCE, "targets": [q.json(ref) for q, ref in zip(self.queries, refs())]}
        return head | self.body


# Minimum of an axis' upper end per unit, so that noise around zero does not fill the graph.
SOFT_TOP = {"percentunit": 0.1, "cps": 1, "short": 1, "Bps": 1000}


# Font size of a stat's value in pixels. Grafana's automatic size fills the panel so closely that it cuts off values such as $0.85.
STAT_SIZE = 36


def defaults(unit: str, **more: Any) -> Json:
    return {"unit": unit, "noValue": "n/a", "mappings": [MISSING]} | {k: v for k, v in more.items() if v is not None}


def stat(title: str, description: str, *queries: Query, unit: str = "short", thresholds: Json = PLAIN, mappings: list[Json] | None = None, decimals: int | None = None,
         links: list[Json] | None = None, warning: str | None = None, background: bool = False, width: int = 3, height: int = 4) -> Panel:
    """warning: the series that is orange instead of red from 1 on."""
    fields = defaults(unit, thresholds=thresholds, mappings=mappings, decimals=decimals, links=links, color={"mode": "thresholds"})
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "colorMode": "background" if background else "value",
        "graphMode": "none", "justifyMode": "center", "textMode": "auto", "wideLayout": True, "orientation": "auto", "text": {"valueSize": STAT_SIZE}}
    overrides = [named(warning, thresholds=ORANGE_FROM_1)] if warning else []
    return Panel("stat", title, description, width, height, queries, {"fieldConfig": {"defaults": fields, "overrides": overrides}, "options": options})


def bars(title: str, description: str, *queries: Query, unit: str, thresholds: Json, top: float | None = None, links: list[Json] | None = None,
         width: int = 8, height: int = 8) -> Panel:
    """A bar for the current value of each series. top: the value of a full bar; default: the highest value."""
    fields = defaults(unit, thresholds=thresholds, min=0, max=top, links=links, color={"mode": "thresholds"})
    options = {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}, "displayMode": "basic", "orientation": "horizontal", "showUnfilled": True,
        "valueMode": "text", "namePlacement": "left", "sizing": "auto", "minVizHeight": 16, "minVizWidth": 8, "maxVizHeight": 40}
    return Panel("bargauge", title, description, width, height, queries, {"fieldConfig": {"defaults": fields, "overrides": []}, "options": options})


def graph(title: str, description: str, *queries: Query, unit: str, low: float | None = 0, top: float | None = None, stacked: bool = False,
          dashed: str | None = None, colors: dict[str, str] | None = None, links: list[Json] | None = None, side: bool = False, width: int = 12, height: int = 8) -> Panel:
    """Lines over time. dashed: regular expression of the series that are limits. colors: by series name. side: legend as a table on the right, for many lines."""
    custom = {
        "drawStyle": "line", "lineWidth": 1, "fillOpacity": 60 if stacked else 0 if any("topk" in q.expr for q in queries) else 8, "showPoints": "never", "spanNulls": False, "lineInterpolation": "linear",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"}, "axisSoftMin": 0 if low is None else None, "axisSoftMax": SOFT_TOP.get(unit) if top is None else None}
    fields = defaults(unit, min=low, max=top, links=links, color={"mode": "palette-classic"}, custom={k: v for k, v in custom.items() if v is not None})
    overrides = [] if dashed is None else [matching(dashed, **{
        "custom.lineStyle": {"fill": "dash", "dash": [8, 8]}, "custom.fillOpacity": 0, "custom.stacking": {"mode": "none", "group": "A"}, "color": {"mode": "fixed", "fixedColor": GREY}})]
    overrides += [named(name, color={"mode": "fixed", "fixedColor": color}) for name, color in (colors or {}).items()]
    legend = {"showLegend": True, "displayMode": "table", "placement": "right", "calcs": ["lastNotNull", "max"]} if side else {
        "showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}
    body = {"fieldConfig": {"defaults": fields, "overrides": overrides}, "options": {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc", "hideZeros": False}}}
    return Panel("timeseries", title, description, width, height, queries, body)


def timeline(title: str, description: str, *queries: Query, mappings: list[Json], named_bands: bool = True, links: list[Json] | None = None,
             width: int = 24, height: int = 8) -> Panel:
    """A band of states for each series. named_bands: bands are labelled with their state."""
    fields = defaults("none", mappings=mappings, links=links, color={"mode": "thresholds"}, thresholds=PLAIN, custom={"fillOpacity": 80, "lineWidth": 0})
    options = {
        "mergeValues": True, "showValue": "auto" if named_bands else "never", "alignValue": "left", "rowHeight": 0.85, "tooltip": {"mode": "single", "sort": "none"},
        "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []}}
    return Panel("state-timeline", title, description, width, height, queries, {
        "fieldConfig": {"defaults": fields, "overrides": []}, "options": options})


def named(name: str, **properties: Any) -> Json:
    return {"matcher": {"id": "byName", "options": name}, "properties": [{"id": k, "value": v} for k, v in properties.items()]}


def matching(pattern: str, **properties: Any) -> Json:
    return {"matcher": {"id": "byRegexp", "options": f"/{pattern}/"}, "properties": [{"id": k, "value": v} for k, v in properties.items()]}
