"""tmux sessions of all hosts, longest detached first, and the resources they hold."""
from dashboard import Dashboard, Row
from links import OF_SERIES, SESSION, act_on, to_host
from panels import bars, graph, stat
from promql import Query, mean, now, top_series
from tables import Label, Value, table
from values import GREEN, GREY, ORANGE, ORANGE_FROM_1, PLAIN, RED_FROM_1, YES_IS_BLUE, YES_IS_ORANGE

BY = "host, user, session"


def of_state(state: str) -> str:
    return f'sum(fleet_tmux_sessions{{HOST, state="{state}"}})'


def highest(title: str, description: str, family: str, unit: str) -> object:
    return graph(title, description, Query(top_series(10, family + "{HOST}", mean(family + "{HOST}"), BY), "{{host}} {{session}}"), unit=unit, links=[to_host(OF_SERIES)], side=True)


DASHBOARD = Dashboard("sessions", "tmux sessions", "tmux sessions of all hosts: how long they have been detached, and the resources they hold.", (
    Row("", (
        stat("Attached", "tmux sessions with a client.", now(of_state("attached")), width=4),
        stat("Detached", "tmux sessions without a client; legacy ones are not counted.", now(of_state("detached")), width=4),
        stat("Legacy", "tmux sessions detached for longer than legacy_after.", now(of_state("legacy")), thresholds=ORANGE_FROM_1, width=4),
        stat("Legacy memory", "Memory held by legacy tmux sessions.",
             now("sum(fleet_tmux_session_memory_bytes{HOST} and on (job, host, user, session) fleet_tmux_session_legacy{HOST} == 1)"), unit="bytes", width=4),
        stat("Legacy after", "How long a tmux session may be detached before it counts as legacy: legacy_after in fleet.yml.", now("max(fleet_tmux_legacy_threshold_seconds{JOB})"), unit="s", width=4),
        stat("tmux failures", "Users whose tmux does not respond. Having no tmux server or session is not a failure.", now("count(fleet_tmux_up{HOST} == 0) or 0 * count(fleet_tmux_up{HOST})"), thresholds=RED_FROM_1, width=4),
    )),
    Row("", (
        table("tmux sessions", "Longest detached first. Click a name to inspect or end it in the web interface.",
              Label("session", "Session", (act_on(SESSION),), 180), Label("host", "Host", (to_host(),), 150), Label("user", "User", width=110),
              Value("", f"max by ({BY}) (fleet_tmux_session_info{{HOST}})"),
              Value("Legacy", f"max by ({BY}) (fleet_tmux_session_legacy{{HOST}})", mappings=YES_IS_ORANGE, width=80),
              Value("Busy", f"max by ({BY}) (fleet_tmux_session_busy{{HOST}})", mappings=YES_IS_BLUE, width=80),
              Value("Detached for", f"max by ({BY}) (fleet_tmux_session_detached_seconds{{HOST}})", "s", decimals=1, width=130),
              Value("Age", f"max by ({BY}) (fleet_tmux_session_age_seconds{{HOST}})", "s", decimals=1, width=95),
              Value("Clients", f"max by ({BY}) (fleet_tmux_session_attached_clients{{HOST}})", width=80),
              Value("Windows", f"max by ({BY}) (fleet_tmux_session_windows{{HOST}})", width=90),
              Value("Dead panes", f"max by ({BY}) (fleet_tmux_session_dead_panes{{HOST}})", thresholds=ORANGE_FROM_1, width=110),
              Value("CPUs", f"max by ({BY}) (fleet_tmux_session_cpu_ratio{{HOST}})", decimals=2),
              Value("Memory", f"max by ({BY}) (fleet_tmux_session_memory_bytes{{HOST}})", "bytes"),
              Value("GPU memory", f"max by ({BY}) (fleet_tmux_session_gpu_memory_bytes{{HOST}})", "bytes"), sort="Detached for", height=14),
    )),
    Row("Over time", (
        graph("tmux sessions by state", "Legacy sessions are not counted as detached.", Query("sum by (state) (fleet_tmux_sessions{HOST})", "{{state}}"), unit="short", stacked=True,
              colors={"attached": GREEN, "detached": GREY, "legacy": ORANGE}),
        bars("tmux sessions by host", "The 10 hosts with the most tmux sessions.", now("topk(10, sum by (host) (fleet_tmux_sessions{HOST}))", "{{host}}"), unit="short", thresholds=PLAIN, width=12),
        highest("CPU", "The 10 tmux sessions with the highest CPU use in the selected time range; 1 is one CPU.", "fleet_tmux_session_cpu_ratio", "short"),
        highest("Memory", "The 10 tmux sessions with the most memory in the selected time range; shared pages count once per process.", "fleet_tmux_session_memory_bytes", "bytes"),
        highest("GPU memory", "The 10 tmux sessions with the most GPU memory in the selected time range; empty where the driver hides it.", "fleet_tmux_session_gpu_memory_bytes", "bytes"),
        bars("Legacy tmux sessions by host", "The 10 hosts with the most legacy tmux sessions.", now('topk(10, sum by (host) (fleet_tmux_sessions{HOST, state="legacy"}) > 0)', "{{host}}"),
             unit="short", thresholds=ORANGE_FROM_1, width=12),
    )),
))
