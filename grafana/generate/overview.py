"""Overview: health of every host and of the fleet as a whole."""
from dashboard import Dashboard, Row
from links import OF_ROW, OF_SERIES, act_on, act_on_host, to_dashboard, to_gpus, to_host
from panels import graph, stat, timeline
from promql import Query, mean, now, state, top_series
from tables import BAR, FILLED, Label, Value, table
from values import HOST_STATUS, NO_IS_RED, ORANGE, ORANGE_FROM_1, RED, RED_FROM_1, SERVICE_STATE, SHARE, TUNNEL_STATE, UP, YELLOW, steps

STATUS = f"max by (host) ({state('fleet_host_status', 'HOST', 'status', ('degraded', 'offline'))})"

# Why a host is unhealthy: its SSH failure, else lost GPUs, else a failing collector.
REASON = """
    topk by (host) (1, max by (host, reason) (fleet_ssh_failure{HOST} == 1))
    or on (host) label_replace(max by (host) (fleet_host_gpus_lost{HOST} > 0), "reason", "GPU lost", "", "")
    or on (host) topk by (host) (1, label_replace(
        max by (host, collector) (fleet_collector_success{HOST, target=""} == 0), "reason", "$1 fails", "collector", "(.*)"))"""

# How long a host was unhealthy; a second offline counts as two seconds degraded.
UNHEALTHY_TIME = f"""sum by (host) (2 * {mean('fleet_host_status{HOST, status="offline"}')} + ignoring (status) {mean('fleet_host_status{HOST, status="degraded"}')}) > 0"""


def alerts(severity: str) -> str:
    return f'count by (host) (ALERTS{{alertstate="firing", severity="{severity}", job=~"$job|", host=~"$host"}}) or 0 * max by (host) (fleet_host_info{{HOST}})'


HOT = steps((75, YELLOW), (83, ORANGE), (90, RED))

DASHBOARD = Dashboard("overview", "Overview", "Health of every host and of the fleet as a whole.", (
    Row("", (
        stat("Hosts online", "Hosts whose collectors all succeed, and all hosts.",
             now('sum(fleet_host_status{HOST, status="online"})', "online"), now("count(fleet_host_info{HOST})", "total"), links=[to_dashboard("host")], width=3),
        stat("Unhealthy", "offline: no answer for stale_after_polls polls; degraded: a collector fails or a poll was missed.",
             now('sum(fleet_host_status{HOST, status="offline"})', "offline"), now('sum(fleet_host_status{HOST, status="degraded"})', "degraded"),
             thresholds=RED_FROM_1, warning="degraded", width=4),
        stat("Alerts", "Firing alerts: critical ones need action now, warnings within the day.",
             now('count(ALERTS{alertstate="firing", severity="critical", job=~"$job|", host=~"$host|"}) or vector(0)', "critical"),
             now('count(ALERTS{alertstate="firing", severity="warning", job=~"$job|", host=~"$host|"}) or vector(0)', "warning"),
             thresholds=RED_FROM_1, warning="warning", links=[to_dashboard("alerts")], width=4),
        stat("GPUs in use", "GPUs with a kernel running in the last sample period, and all GPUs.",
             now("count(fleet_gpu_utilization_ratio{HOST} > 0.01) or 0 * count(fleet_gpu_info{HOST})", "in use"), now("count(fleet_gpu_info{HOST})", "total"),
             links=[to_dashboard("gpu")]),
        stat("GPU power", "Total power draw of all GPUs.", now("sum(fleet_gpu_power_draw_watts{HOST})"), unit="watt", links=[to_dashboard("energy")]),
        stat("GPU energy, 24 h", "Energy used by all GPUs in the last 24 hours, as far as this Prometheus has data.",
             now("sum(increase(fleet_gpu_energy_joules_total{HOST}[24h])) / 3.6e6"), unit="kwatth", links=[to_dashboard("energy")], width=3),
        stat("Legacy tmux sessions", "tmux sessions detached for longer than legacy_after.", now('sum(fleet_tmux_sessions{HOST, state="legacy"})'),
             links=[to_dashboard("sessions")], width=4),
    )),
    Row("", (
        table(
            "Hosts", "All hosts, unhealthy ones first, then by alerts. Click a name for the host's dashboard or the web interface.",
            Label("host", "Host", (to_host(), act_on_host()), 135),
            Value("Status", STATUS, mappings=HOST_STATUS, cell=FILLED, width=85),
            Value("", REASON), Label("reason", "Reason", width=110),
            Value("Critical", alerts("critical"), thresholds=RED_FROM_1, width=85),
            Value("Warnings", alerts("warning"), thresholds=ORANGE_FROM_1, width=90),
            Value("CPU", "max by (host) (host:fleet_host_cpu_busy:ratio5m{HOST})", "percentunit", BAR, SHARE, top=1, decimals=0),
            Value("Memory", "max by (host) (1 - fleet_host_memory_available_bytes{HOST} / fleet_host_memory_total_bytes{HOST})", "percentunit", BAR, SHARE, top=1, decimals=0),
            Value("GPUs", "max by (host) (host:fleet_gpu:count{HOST}) > 0", width=60),
            Value("Hottest GPU", "max by (host) (fleet_gpu_temperature_celsius{HOST})", "celsius", thresholds=HOT, width=110, links=(to_gpus(),)),
            Value("GPU use", "avg by (host) (fleet_gpu_utilization_ratio{HOST})", "percentunit", BAR, steps(), top=1, decimals=0),
            Value("GPU memory", "sum by (host) (fleet_gpu_memory_used_bytes{HOST}) / sum by (host) (fleet_gpu_memory_total_bytes{HOST})", "percentunit", BAR, SHARE, top=1, decimals=0),
            Value("GPU power", "sum by (host) (fleet_gpu_power_draw_watts{HOST})", "watt", width=85),
            Value("tmux sessions", "sum by (host) (fleet_tmux_sessions{HOST})", width=110),
            Value("Legacy", 'sum by (host) (fleet_tmux_sessions{HOST, state="legacy"})', thresholds=ORANGE_FROM_1, width=75),
            sort=("Status", "Critical", "Warnings"), height=15),
    )),
    Row("Services, gateways and tunnels", (
        table("AI services and model servers", "State that each service and model server reports; failing ones first.",
              Label("name", "Name", (to_dashboard("services", OF_ROW),), 200),
              Value("State", f"""
                  label_replace(max by (host, service) ({state("fleet_service_state", "HOST", "state", ("loading", "error"))}), "name", "$1", "service", "(.+)")
                  or label_replace(max by (host, provider) ({state("fleet_provider_state", "HOST", "state", ("loading", "error"))}), "name", "$1", "provider", "(.+)")
                  """, mappings=SERVICE_STATE, cell=FILLED, width=100),
              Label("host", "Host", (to_host(),)), Label("service", ""), Label("provider", ""), sort="State", width=10, height=9),
        table("OpenClaw gateways", "Liveness, readiness and today's cost of each gateway.",
              Label("gateway", "Gateway", (to_dashboard("agents", OF_ROW),), 120),
              Value("Live", "max by (host, gateway) (fleet_openclaw_gateway_live{HOST})", mappings=UP, cell=FILLED, width=70),
              Value("Ready", "max by (host, gateway) (fleet_openclaw_gateway_ready{HOST})", mappings=NO_IS_RED, width=70),
              Value("Cost today", 'sum by (host, gateway) (fleet_openclaw_cost_usd{HOST, window="today"})', "currencyUSD", decimals=2, width=95),
              Label("host", "Host", (to_host(),)), sort="Live", ascending=True, width=7, height=9),
        table("Tunnels", "half dead: accepts connections but carries no data.",
              Label("tunnel", "Tunnel", (to_dashboard("tunnels", OF_ROW), act_on("overview")), 160),
              Value("State", f"max by (host, tunnel) ({state('fleet_tunnel_state', 'HOST', 'state', ('half_dead', 'unit_active_port_dead', 'down'))})", mappings=TUNNEL_STATE, cell=FILLED, width=110),
              Label("host", "Host", (to_host(),)), sort="State", width=7, height=9),
    )),
    Row("Over time", (
        timeline("Unhealthy hosts", "Hosts that were degraded or offline in the selected time range, the 12 longest; empty if all were online.",
                 Query(top_series(12, STATUS, UNHEALTHY_TIME), "{{host}}"),
                 mappings=HOST_STATUS, links=[to_host(OF_SERIES)]),
        graph("GPU utilisation", "Average of all GPUs, and the busiest GPU.", Query("avg(fleet_gpu_utilization_ratio{HOST})", "average"),
              Query("max(fleet_gpu_utilization_ratio{HOST})", "busiest"), unit="percentunit", top=1, width=8),
        graph("GPU power by model", "Total power draw per GPU model.",
              Query("sum by (name) (fleet_gpu_power_draw_watts{HOST} * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{HOST})", "{{name}}"),
              unit="watt", stacked=True, width=8),
        graph("Busiest hosts", "CPU use of the 8 busiest hosts in the selected time range.",
              Query(top_series(8, "host:fleet_host_cpu_busy:ratio5m{HOST}", mean("host:fleet_host_cpu_busy:ratio5m{HOST}")), "{{host}}"),
              unit="percentunit", top=1, links=[to_host(OF_SERIES)], width=8),
    )),
))
