"""Sessions: tmux sessions of all hosts, those left alone first, and what they hold."""
from dashboard import Dashboard, Row
from links import OF_SERIES, SESSION, act_on, to_host
from panels import bars, graph, stat
from promql import Query, mean, most, now
from tables import Label, Value, table
from values import ANY_IS_BAD, ANY_IS_ODD, GREEN, GREY, ORANGE, PLAIN, YES, YES_IS_ODD

BY = "host, user, session"


def of_state(state: str) -> str:
    return f'sum(fleet_tmux_sessions{{HOST, state="{state}"}})'


def highest(title: str, description: str, family: str, unit: str) -> object:
    return graph(title, description, Query(most(10, family + "{HOST}", mean(family + "{HOST}"), BY), "{{host}} {{session}}"), unit=unit, links=[to_host(OF_SERIES)], side=True)


DASHBOARD = Dashboard("sessions", "Sessions", "tmux sessions of all hosts: which were left alone, and what they hold.", (
    Row("", (
        stat("Attached", "Sessions that somebody looks at.", now(of_state("attached")), width=4),
        stat("Detached", "Sessions that run on by themselves.", now(of_state("detached")), width=4),
        stat("Legacy", "Sessions left alone for longer than legacy_after.", now(of_state("legacy")), thresholds=ANY_IS_ODD, width=4),
        stat("Held by legacy ones", "Memory of sessions that were left alone for longer than legacy_after.",
             now("sum(fleet_tmux_session_memory_bytes{HOST} and on (job, host, user, session) fleet_tmux_session_legacy{HOST} == 1)"), unit="bytes", width=4),
        stat("Legacy after", "How long a session may be left alone: legacy_after in fleet.yml.", now("max(fleet_tmux_legacy_threshold_seconds{JOB})"), unit="s", width=4),
        stat("tmux fails", "Users of hosts whose tmux does not answer. No server and no session is an answer.", now("count(fleet_tmux_up{HOST} == 0) or 0 * count(fleet_tmux_up{HOST})"), thresholds=ANY_IS_BAD, width=4),
    )),
    Row("", (
        table("Sessions", "Those left alone for longest first. Click a name to end it, or to look into it, on the service's page.",
              Label("session", "Session", (act_on(SESSION),), 190), Label("host", "Host", (to_host(),), 160), Label("user", "User", width=110),
              Value("", f"max by ({BY}) (fleet_tmux_session_info{{HOST}})"),
              Value("Legacy", f"max by ({BY}) (fleet_tmux_session_legacy{{HOST}})", mappings=YES_IS_ODD, width=80),
              Value("Busy", f"max by ({BY}) (fleet_tmux_session_busy{{HOST}})", mappings=YES, width=80),
              Value("Left alone for", f"max by ({BY}) (fleet_tmux_session_detached_seconds{{HOST}})", "s", decimals=1, width=130),
              Value("Age", f"max by ({BY}) (fleet_tmux_session_age_seconds{{HOST}})", "s", decimals=1, width=110),
              Value("Clients", f"max by ({BY}) (fleet_tmux_session_attached_clients{{HOST}})", width=80),
              Value("Windows", f"max by ({BY}) (fleet_tmux_session_windows{{HOST}})", width=90),
              Value("Dead panes", f"max by ({BY}) (fleet_tmux_session_dead_panes{{HOST}})", thresholds=ANY_IS_ODD, width=110),
              Value("CPUs", f"max by ({BY}) (fleet_tmux_session_cpu_ratio{{HOST}})", decimals=2),
              Value("Memory", f"max by ({BY}) (fleet_tmux_session_memory_bytes{{HOST}})", "bytes"),
              Value("GPU memory", f"max by ({BY}) (fleet_tmux_session_gpu_memory_bytes{{HOST}})", "bytes"), sort="Left alone for", height=14),
    )),
    Row("Over time", (
        graph("Sessions by state", "Legacy ones are not counted as detached.", Query("sum by (state) (fleet_tmux_sessions{HOST})", "{{state}}"), unit="short", stacked=True,
              colors={"attached": GREEN, "detached": GREY, "legacy": ORANGE}),
        bars("Most sessions", "The 10 hosts with most sessions.", now("topk(10, sum by (host) (fleet_tmux_sessions{HOST}))", "{{host}}"), unit="short", thresholds=PLAIN, width=12),
        highest("CPU", "The 10 sessions that used most over the time shown; 1 is one CPU.", "fleet_tmux_session_cpu_ratio", "short"),
        highest("Memory", "The 10 sessions that held most over the time shown; shared pages are counted in each process.", "fleet_tmux_session_memory_bytes", "bytes"),
        highest("GPU memory", "The 10 sessions that held most over the time shown; nothing where the driver hides it.", "fleet_tmux_session_gpu_memory_bytes", "bytes"),
        bars("Most legacy sessions", "The 10 hosts with most sessions that were left alone.", now('topk(10, sum by (host) (fleet_tmux_sessions{HOST, state="legacy"}) > 0)', "{{host}}"),
             unit="short", thresholds=ANY_IS_ODD, width=12),
    )),
))
