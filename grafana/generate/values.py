"""Thresholds, value mappings and colours. Red needs action, grey is missing data."""
from typing import Any

GREEN, BLUE, YELLOW, ORANGE, RED, GREY, FAINT = "green", "blue", "yellow", "orange", "red", "#8e8e8e", "#2c3235"

Json = dict[str, Any]

MISSING: Json = {"type": "special", "options": {"match": "null+nan", "result": {"text": "n/a", "color": GREY, "index": 99}}}


def words(**states: tuple[str, str] | str) -> list[Json]:
    """Value mappings from numbers or names to text and colour: words(_0=("online", GREEN)), words(failed=RED)."""
    options: Json = {}
    for index, (key, value) in enumerate(states.items()):
        text, color = value if isinstance(value, tuple) else (key.replace("_", " "), value)
        options[key.removeprefix("_")] = {"text": text, "color": color, "index": index}
    return [{"type": "value", "options": options}, MISSING]


def steps(*pairs: tuple[float, str], base: str = GREEN) -> Json:
    """Thresholds: base below the first value, then each colour from its value on."""
    return {"mode": "absolute", "steps": [{"color": base, "value": None}, *({"color": color, "value": value} for value, color in pairs)]}


PLAIN = steps(base="text")
RED_FROM_1 = steps((1, RED))
ORANGE_FROM_1 = steps((1, ORANGE))
SHARE = steps((0.8, YELLOW), (0.95, ORANGE))

HOST_STATUS = words(_0=("online", GREEN), _1=("degraded", ORANGE), _2=("offline", RED))
SERVICE_STATE = words(_0=("ok", GREEN), _1=("loading", BLUE), _2=("error", RED))
TUNNEL_STATE = words(_0=("up", GREEN), _1=("half dead", RED), _2=("port dead", RED), _3=("down", RED))
SEVERITY = words(_3=("critical", RED), _2=("warning", ORANGE), _1=("info", GREY))
UP = words(_0=("down", RED), _1=("up", GREEN))
NO_IS_RED = words(_0=("no", RED), _1=("yes", GREEN))
YES_IS_ORANGE = words(_0=("no", GREY), _1=("yes", ORANGE))
YES_IS_RED = words(_0=("no", GREY), _1=("yes", RED))
YES_IS_BLUE = words(_0=("no", GREY), _1=("yes", BLUE))
