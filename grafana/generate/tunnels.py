"""Tunnels: their state and the reason of failures."""
from dashboard import Dashboard, Row
from links import act_on, to_host
from panels import graph, stat, timeline
from promql import Query, mean, now, state, top_series
from tables import FILLED, Label, Value, table
from values import NO_IS_RED, RED_FROM_1, TUNNEL_STATE

STATES = ("half_dead", "unit_active_port_dead", "down")
BY = "host, tunnel"
STATE = f"max by ({BY}) ({state('fleet_tunnel_state', 'HOST', 'state', STATES)})"


def count(value: str) -> str:
    return f'sum(fleet_tunnel_state{{HOST, state="{value}"}})'


DASHBOARD = Dashboard("tunnels", "Tunnels", "SSH tunnels: their state and the reason of failures.", (
    Row("", (
        stat("Up", "Tunnels whose check succeeds.", now(count("up")), width=6),
        stat("Half dead", "Tunnels that accept connections but carry no data.", now(count("half_dead")), thresholds=RED_FROM_1, width=6),
        stat("Port dead", "Tunnels whose unit is active while nothing listens on the port.", now(count("unit_active_port_dead")), thresholds=RED_FROM_1, width=6),
        stat("Down", "Tunnels where nothing listens or nothing answers.", now(count("down")), thresholds=RED_FROM_1, width=6),
    )),
    Row("", (
        table("Tunnels", "Failing tunnels first. Data is n/a without verify in fleet.yml, Unit active without unit.",
              Label("tunnel", "Tunnel", (act_on("overview"),)), Label("host", "Host", (to_host(),)),
              Value("State", STATE, mappings=TUNNEL_STATE, cell=FILLED, width=110),
              Value("", f"max by ({BY}, reason) (fleet_tunnel_failure{{HOST}} == 1)"), Label("reason", "Reason"),
              Value("TCP connect", f"max by ({BY}) (fleet_tunnel_tcp_up{{HOST}})", mappings=NO_IS_RED, width=100),
              Value("Data", f"max by ({BY}) (fleet_tunnel_data_up{{HOST}})", mappings=NO_IS_RED, width=100),
              Value("Unit active", f"max by ({BY}) (fleet_tunnel_unit_active{{HOST}})", mappings=NO_IS_RED, width=110),
              Value("Check duration", f"max by ({BY}) (fleet_tunnel_probe_duration_seconds{{HOST}})", "s", decimals=1, width=130), sort="State", height=9),
        timeline("Tunnel states", "Result of each check; the 30 tunnels that were longest not up.",
                 Query(top_series(30, STATE, f"""sum by ({BY}) ({mean('fleet_tunnel_state{HOST, state!="up"}')})""", BY), "{{tunnel}} ({{host}})"), mappings=TUNNEL_STATE, height=9),
        graph("Check duration", "From connect to success or failure; the 12 slowest in the selected time range.",
              Query(top_series(12, "fleet_tunnel_probe_duration_seconds{HOST}", mean("fleet_tunnel_probe_duration_seconds{HOST}"), BY), "{{tunnel}}"), unit="s"),
        graph("Unit restarts", "systemd restarts of the configured units in each interval; the 12 units with the most.",
              Query(top_series(12, "increase(fleet_systemd_unit_restarts_total{HOST}[$__rate_interval])", "increase(fleet_systemd_unit_restarts_total{HOST}[$__range] @ end())", "host, unit"), "{{unit}} ({{host}})"), unit="short"),
    )),
))
