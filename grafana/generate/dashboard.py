"""A dashboard: rows of panels, placed from left to right, with the variables, links and annotations that all dashboards share."""
from dataclasses import dataclass
from typing import Any

from panels import Panel
from promql import DATASOURCE
from values import Json


@dataclass(frozen=True)
class Row:
    """Panels below a heading; the first row needs none. closed: collapsed at first, for panels that are rarely needed or often empty."""
    title: str
    panels: tuple[Panel, ...]
    closed: bool = False


@dataclass(frozen=True)
class Dashboard:
    domain: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[str, ...] = ("host",)
    one_host: bool = False
    since: str = "now-1h"
    more_variables: tuple[Json, ...] = ()

    @property
    def uid(self) -> str:
        return f"fleet-{self.domain}"

    def json(self, fleet_url: str) -> Json:
        return {
            "uid": self.uid, "title": f"Fleet / {self.title}", "description": self.description, "tags": ["fleet"], "schemaVersion": 42, "version": 1,
            "editable": False, "graphTooltip": 1, "refresh": "30s", "timezone": "browser", "time": {"from": self.since, "to": "now"}, "timepicker": {},
            "links": [{
                "type": "dashboards", "title": "Fleet", "tags": ["fleet"], "asDropdown": True, "includeVars": True, "keepTime": True, "icon": "external link",
                "targetBlank": False, "tooltip": "Other fleet dashboards", "url": ""},
                {"type": "link", "title": "Web interface", "tags": [], "asDropdown": False, "includeVars": False, "keepTime": False, "icon": "bolt", "targetBlank": True,
                 "tooltip": "Open the web interface of the exporter", "url": "${fleet_url}"}],
            "templating": {"list": [_datasource(), _query("job", "Job", "label_values(fleet_build_info, job)"), *map(self._variable, self.variables), *self.more_variables, _address(fleet_url)]},
            "annotations": {"list": [_alerts()]},
            "panels": self._placed()}

    def _variable(self, name: str) -> Json:
        match name:
            case "host":
                return _query(name, "Host", 'label_values(fleet_host_info{job=~"$job"}, host)', include_all=not self.one_host)
            case "gpu":
                return _query(name, "GPU", 'label_values(fleet_gpu_info{job=~"$job", host=~"$host"}, gpu)', sort=3)
            case "gateway":
                return _query(name, "Gateway", 'label_values(fleet_openclaw_info{job=~"$job", host=~"$host"}, gateway)')
            case _:
                raise KeyError(name)

    def _placed(self) -> list[Json]:
        placed: list[Json] = []
        number, y = 0, 0
        for row in self.rows:
            inside: list[Json] = []
            if row.title:
                number += 1
                heading: Json = {"id": number, "type": "row", "title": row.title, "collapsed": row.closed, "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}, "panels": inside if row.closed else []}
                placed.append(heading)
                y += 1
            x, line, top = 0, 0, y
            for panel in row.panels:
                if x + panel.width > 24:
                    x, top, line = 0, top + line, 0
                number += 1
                (inside if row.closed else placed).append(panel.json(number, x, top))
                x, line = x + panel.width, max(line, panel.height)
            y = y if row.closed else top + line
        return placed


def _datasource() -> Json:
    return {
        "type": "datasource", "name": "datasource", "label": "Data source", "query": "prometheus", "current": {"text": "Prometheus", "value": "fleet-prometheus"},
        "hide": 0, "refresh": 1, "regex": "", "options": [], "multi": False, "includeAll": False}


def _query(name: str, label: str, query: str, include_all: bool = True, sort: int = 1) -> Json:
    chosen: dict[str, Any] = {"includeAll": True, "allValue": ".+", "current": {"text": ["All"], "value": ["$__all"]}} if include_all else {"includeAll": False}
    return {
        "type": "query", "name": name, "label": label, "datasource": DATASOURCE, "query": {"query": query, "refId": name}, "refresh": 2, "sort": sort,
        "multi": True, "hide": 0, "regex": "", "options": [], **chosen}


def _address(fleet_url: str) -> Json:
    return text_variable("fleet_url", "Exporter URL", fleet_url, "URL of the exporter as this browser reaches it; links to the web interface use it.")


def text_variable(name: str, label: str, value: str, description: str) -> Json:
    return {
        "type": "textbox", "name": name, "label": label, "description": description, "query": value, "current": {"text": value, "value": value}, "hide": 0,
        "options": [{"text": value, "value": value, "selected": True}]}


def _alerts() -> Json:
    # The empty alternative after "|" matches alerts without a host, such as the exporter's own.
    return {
        "name": "Alerts", "enable": True, "iconColor": "red", "datasource": DATASOURCE,
        "expr": 'ALERTS{alertstate="firing", severity=~"critical|warning", job=~"$job|", host=~"$host|"}', "step": "60s", "titleFormat": "{{alertname}}",
        "textFormat": "{{host}} {{gpu}} {{service}} {{gateway}} {{tunnel}}", "tagKeys": "severity,host"}
