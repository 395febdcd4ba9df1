"""Tables: a column per label or query, a row per label set."""
from dataclasses import dataclass
from typing import Any

from panels import Panel, defaults, named
from promql import Query, refs
from values import MISSING, PLAIN, Json

PLAIN_TEXT: Json = {"type": "auto"}
COLORED: Json = {"type": "color-text"}
FILLED: Json = {"type": "color-background", "mode": "basic"}
NOTHING: Json = {"type": "special", "options": {"match": "null+nan", "result": {"text": "–", "index": 0}}}
BAR: Json = {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}


@dataclass(frozen=True)
class Label:
    """A column with the values of a label of the table's queries."""
    name: str
    title: str
    links: tuple[Json, ...] = ()
    width: int | None = None
    mappings: tuple[Json, ...] = ()

    def properties(self) -> Json:
        show: Json = {"mappings": list(self.mappings) or [NOTHING], "custom.cellOptions": COLORED if self.mappings else PLAIN_TEXT, "noValue": "–", "custom.filterable": True}
        return show | ({"links": list(self.links)} if self.links else {}) | ({"custom.width": self.width} if self.width else {})


@dataclass(frozen=True)
class Value:
    """A column with the values of a query, joined with the other queries by common labels. An empty title adds labels only."""
    title: str
    expr: str
    unit: str = "short"
    cell: Json | None = None
    thresholds: Json | None = None
    mappings: tuple[Json, ...] | list[Json] = (MISSING,)
    decimals: int | None = None
    top: float | None = None
    width: int | None = None
    links: tuple[Json, ...] = ()

    def properties(self) -> Json:
        every: dict[str, Any] = {
            "unit": self.unit, "mappings": list(self.mappings), "custom.cellOptions": self.cell or COLORED, "custom.align": "center" if self.cell == FILLED else None, "thresholds": self.thresholds, "decimals": self.decimals,
            "min": 0 if self.top is not None else None, "max": self.top, "custom.width": self.width, "links": list(self.links) or None}
        return {k: v for k, v in every.items() if v is not None}


def table(title: str, description: str, *columns: Label | Value, sort: str | tuple[str, ...], ascending: bool = False, width: int = 24, height: int = 10) -> Panel:
    """sort: the column title, or titles in order of precedence, by which rows are sorted, highest first."""
    values = [c for c in columns if isinstance(c, Value)]
    names = {id(v): f"Value #{ref}" if len(values) > 1 else "Value" for v, ref in zip(values, refs())}
    field_of = [(c.name if isinstance(c, Label) else names[id(c)], c) for c in columns]
    organize = {
        "excludeByName": {"Time": True} | {name: True for name, c in field_of if not c.title},
        "indexByName": {name: i for i, (name, _) in enumerate(field_of)},
        "renameByName": {name: c.title for name, c in field_of if c.title}}
    body: Json = {
        "fieldConfig": {
            "defaults": defaults("short", custom={"align": "auto", "filterable": False, "inspect": False}, color={"mode": "thresholds"}, thresholds=PLAIN),
            "overrides": [named(c.title, **c.properties()) for c in columns if c.title]},
        "options": {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": s, "desc": not ascending} for s in ([sort] if isinstance(sort, str) else sort)]},
        "transformations": [*([{"id": "merge", "options": {}}] if len(values) > 1 else []), {"id": "organize", "options": organize}]}
    return Panel("table", title, description, width, height, tuple(Query(v.expr, "", instant=True, table=True) for v in values), body)
