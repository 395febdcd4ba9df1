"""Tunnels: up, half dead or down, and why."""
from dashboard import Dashboard, Row
from links import act_on, to_host
from panels import graph, stat, timeline
from promql import Query, mean, most, now, state
from tables import FILLED, Label, Value, table
from values import ANY_IS_BAD, TUNNEL_STATE, YES_IS_FINE

STATES = ("half_dead", "unit_active_port_dead", "down")
BY = "host, tunnel"
STATE = f"max by ({BY}) ({state('fleet_tunnel_state', 'HOST', 'state', STATES)})"


def count(value: str) -> str:
    return f'sum(fleet_tunnel_state{{HOST, state="{value}"}})'


DASHBOARD = Dashboard("tunnels", "Tunnels", "SSH tunnels and forwarded ports: up, half dead or down, and why.", (
    Row("", (
        stat("Up", "Tunnels that carry data as far as their check sees.", now(count("up")), width=6),
        stat("Half dead", "Connections are accepted, nothing comes through.", now(count("half_dead")), thresholds=ANY_IS_BAD, width=6),
        stat("Port dead", "Nobody listens though the tunnel's unit is active.", now(count("unit_active_port_dead")), thresholds=ANY_IS_BAD, width=6),
        stat("Down", "Nobody listens, or nobody answers.", now(count("down")), thresholds=ANY_IS_BAD, width=6),
    )),
    Row("", (
        table("Tunnels", "Those that do not work first. Data is absent where only the connection is checked; the unit where fleet.yml names none.",
              Label("tunnel", "Tunnel", (act_on("overview"),)), Label("host", "Host", (to_host(),)),
              Value("State", STATE, mappings=TUNNEL_STATE, cell=FILLED, width=110),
              Value("", f"max by ({BY}, reason) (fleet_tunnel_failure{{HOST}} == 1)"), Label("reason", "Reason"),
              Value("Connects", f"max by ({BY}) (fleet_tunnel_tcp_up{{HOST}})", mappings=YES_IS_FINE, width=100),
              Value("Data", f"max by ({BY}) (fleet_tunnel_data_up{{HOST}})", mappings=YES_IS_FINE, width=100),
              Value("Unit active", f"max by ({BY}) (fleet_tunnel_unit_active{{HOST}})", mappings=YES_IS_FINE, width=110),
              Value("Check took", f"max by ({BY}) (fleet_tunnel_probe_duration_seconds{{HOST}})", "s", decimals=1, width=110), sort="State", height=9),
        timeline("States", "What each check found. The 30 tunnels that did not work for longest.",
                 Query(most(30, STATE, f"""sum by ({BY}) ({mean('fleet_tunnel_state{HOST, state!="up"}')})""", BY), "{{tunnel}} ({{host}})"), mappings=TUNNEL_STATE, height=9),
        graph("Time a check takes", "From connecting to the proof or the failure; the 12 slowest over the time shown.",
              Query(most(12, "fleet_tunnel_probe_duration_seconds{HOST}", mean("fleet_tunnel_probe_duration_seconds{HOST}"), BY), "{{tunnel}}"), unit="s"),
        graph("Restarts of units", "How often systemd has restarted units that fleet.yml names, in each interval shown; the 12 with most.",
              Query(most(12, "increase(fleet_systemd_unit_restarts_total{HOST}[$__rate_interval])", "increase(fleet_systemd_unit_restarts_total{HOST}[$__range] @ end())", "host, unit"), "{{unit}} ({{host}})"), unit="short"),
    )),
))
