"""Host: one host in detail, with a row per resource: utilisation, saturation and errors."""
from dashboard import Dashboard, Row
from links import OF_CHOICE, OF_SERIES, SERIES_HOST, SESSION, act_on, act_on_host, runbook, to_gpus
from overview import HOT, STATUS
from panels import graph, stat
from promql import Query, alerts_of, now
from tables import BAR, FILLED, Label, Value, table
from values import GREEN, GREY, HOST_STATUS, NO_IS_RED, ORANGE, ORANGE_FROM_1, RED, RED_FROM_1, SEVERITY, SHARE, YELLOW, YES_IS_BLUE, YES_IS_ORANGE, steps, words

UNIT_STATE = tuple(words(active=GREEN, failed=RED, activating=YELLOW, deactivating=YELLOW, reloading=YELLOW, inactive=GREY, not_found=GREY))

DASHBOARD = Dashboard("host", "Host", "One host in detail: utilisation, saturation and errors of each resource.", (
    Row("", (
        stat("Status", "degraded: a collector fails or a poll was missed; offline: no answer for stale_after_polls polls.", now(STATUS, "{{host}}"), mappings=HOST_STATUS, background=True, links=[act_on_host(SERIES_HOST)]),
        stat("Alerts", "Firing alerts of this host.", now('count(ALERTS{alertstate="firing", severity=~"critical|warning", job=~"$job|", host=~"$host"}) or vector(0)'), thresholds=ORANGE_FROM_1),
        stat("CPU busy", "Share of time in which the CPUs were not idle, over all CPUs.", now(
            '1 - sum by (host) (rate(fleet_host_cpu_seconds_total{HOST, mode=~"idle|iowait"}[$__rate_interval])) / sum by (host) (rate(fleet_host_cpu_seconds_total{HOST, mode!~"guest|guest_nice"}[$__rate_interval]))', "{{host}}"),
            unit="percentunit", decimals=0, thresholds=SHARE),
        stat("Memory used", "Share of memory that is not available to new processes without swapping.", now(
            "1 - fleet_host_memory_available_bytes{HOST} / fleet_host_memory_total_bytes{HOST}", "{{host}}"), unit="percentunit", decimals=0, thresholds=SHARE),
        stat("GPUs lost", "GPUs that have fallen off the bus, need a reset, or were listed since the last boot and no longer are.",
             now("fleet_host_gpus_lost{HOST}", "{{host}}"), thresholds=RED_FROM_1, links=[to_gpus(OF_SERIES)]),
        stat("Uptime", "Time since the host booted.", now("time() - fleet_host_boot_timestamp_seconds{HOST}", "{{host}}"), unit="s", decimals=1),
        stat("Clock offset", "Host clock minus exporter clock. More than 2 s makes ages misleading.", now("fleet_host_clock_offset_seconds{HOST}", "{{host}}"), unit="s",
             decimals=1, thresholds=steps((-2, "text"), (2, ORANGE), base=ORANGE)),
        stat("SSH connect time", "Time from starting ssh to the first output, for the last connection.", now("fleet_ssh_connect_duration_seconds{HOST}", "{{host}}"), unit="s"),
    )),
    Row("", (
        table("Alerts", "Firing and pending alerts of this host. Click a name for the runbook.",
              Label("alertname", "Alert", (runbook(),), 250), Value("Severity", alerts_of('job=~"$job|", host=~"$host"'), mappings=SEVERITY, width=100),
              Label("alertstate", "State", width=90), Label("subject", "Subject"), Label("host", ""), sort="Severity", width=12, height=8),
        table("Collectors", "Collectors of the host and of the targets on it. Age: time since the last success. Failures: in the selected time range.",
              Label("collector", "Collector", width=150), Label("target", "Target"),
              Value("Success", "max by (collector, target) (fleet_collector_success{HOST})", mappings=NO_IS_RED, cell=FILLED, width=90),
              Value("Age", "time() - max by (collector, target) (fleet_collector_last_success_timestamp_seconds{HOST})", "s", decimals=0, width=90),
              Value("Duration", "max by (collector, target) (fleet_collector_duration_seconds{HOST})", "s", decimals=1, width=90),
              Value("Failures", "sum by (collector, target) (increase(fleet_collector_failures_total{HOST}[$__range]))", thresholds=ORANGE_FROM_1, decimals=0, width=80),
              sort="Success", ascending=True, width=12, height=8),
    )),
    Row("CPU", (
        graph("CPU by mode", "CPU time by mode, as a share of all CPUs.", Query(
            'sum by (host, mode) (rate(fleet_host_cpu_seconds_total{HOST, mode!~"idle|guest|guest_nice"}[$__rate_interval])) / on (host) group_left sum by (host) (rate(fleet_host_cpu_seconds_total{HOST, mode!~"guest|guest_nice"}[$__rate_interval]))',
            "{{mode}}"), unit="percentunit", top=1, stacked=True, width=8),
        graph("Load", "Load averages, and the number of CPUs.", Query("fleet_host_load_average{HOST}", "load {{window}}"), Query("fleet_host_cpus{HOST}", "CPUs"),
              unit="short", dashed="CPUs", width=8),
        graph("CPU pressure", "PSI: share of time in which at least one task waited for a CPU.", Query('fleet_host_pressure_ratio{HOST, resource="cpu", window="10s"}', "{{kind}}"), unit="percentunit", width=8),
    )),
    Row("Memory", (
        graph("Memory", "Used: not available to new processes without swapping.", Query("fleet_host_memory_total_bytes{HOST} - fleet_host_memory_available_bytes{HOST}", "used"),
              Query("fleet_host_memory_total_bytes{HOST}", "total"), unit="bytes", dashed="total", width=8),
        graph("Swap", "Used swap space.", Query("fleet_host_swap_total_bytes{HOST} - fleet_host_swap_free_bytes{HOST}", "used"), Query("fleet_host_swap_total_bytes{HOST}", "total"),
              unit="bytes", dashed="total", width=8),
        graph("Memory pressure", "PSI: share of time in which some or all (full) tasks waited for memory. A host with unified memory may lock up when full exceeds 10 %.",
              Query('fleet_host_pressure_ratio{HOST, resource="memory", window="10s"}', "{{kind}}"), unit="percentunit", width=8),
    )),
    Row("GPUs", (
        table("GPUs", "Click a number for the GPU dashboard.", Label("gpu", "GPU", (to_gpus(OF_CHOICE),), 60), Value("", "max by (gpu, name) (fleet_gpu_info{HOST})"), Label("name", "Model"),
              Value("Utilisation", "max by (gpu) (fleet_gpu_utilization_ratio{HOST})", "percentunit", BAR, steps(), top=1, decimals=0),
              Value("Memory", "max by (gpu) (fleet_gpu_memory_used_bytes{HOST} / fleet_gpu_memory_total_bytes{HOST})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("Temperature", "max by (gpu) (fleet_gpu_temperature_celsius{HOST})", "celsius", thresholds=HOT, width=115),
              Value("Power", "max by (gpu) (fleet_gpu_power_draw_watts{HOST})", "watt", width=90), sort="GPU", ascending=True, width=12, height=9),
        graph("GPU utilisation", "Share of time in which a kernel ran.", Query("fleet_gpu_utilization_ratio{HOST}", "GPU {{gpu}}"), unit="percentunit", top=1, links=[to_gpus(OF_SERIES)], height=9),
    )),
    Row("Disk and network", (
        table("Filesystems", "Free: space available to unprivileged users.", Label("mountpoint", "Mounted on"), Label("fstype", "Type", width=70),
              Value("Used", "max by (mountpoint, fstype) (1 - fleet_host_filesystem_available_bytes{HOST} / (fleet_host_filesystem_size_bytes{HOST} > 0))", "percentunit", BAR,
                    steps((0.85, YELLOW), (0.9, ORANGE), (0.95, RED)), top=1, decimals=0),
              Value("Free", "min by (mountpoint, fstype) (fleet_host_filesystem_available_bytes{HOST})", "bytes", width=100), sort="Used", width=8, height=8),
        graph("Disk pressure", "PSI: share of time in which some or all (full) tasks waited for I/O.", Query('fleet_host_pressure_ratio{HOST, resource="io", window="10s"}', "{{kind}}"), unit="percentunit", width=8),
        graph("Network", "Bytes received (positive) and sent (negative) by each interface.", Query("rate(fleet_host_network_receive_bytes_total{HOST}[$__rate_interval])", "{{device}} in"),
              Query("-rate(fleet_host_network_transmit_bytes_total{HOST}[$__rate_interval])", "{{device}} out"), unit="Bps", low=None, width=8),
    )),
    Row("tmux sessions", (
        table("tmux sessions", "Longest detached first. Click a name to open it in the web interface.",
              Label("session", "Session", (act_on(SESSION),)), Label("user", "User"),
              Value("", "max by (host, user, session) (fleet_tmux_session_info{HOST})"), Label("host", ""),
              Value("Detached for", "max by (host, user, session) (fleet_tmux_session_detached_seconds{HOST})", "s", decimals=1, width=120),
              Value("Legacy", "max by (host, user, session) (fleet_tmux_session_legacy{HOST})", mappings=YES_IS_ORANGE, width=80),
              Value("Busy", "max by (host, user, session) (fleet_tmux_session_busy{HOST})", mappings=YES_IS_BLUE, width=80),
              Value("CPUs", "max by (host, user, session) (fleet_tmux_session_cpu_ratio{HOST})", decimals=2, width=80),
              Value("Memory", "max by (host, user, session) (fleet_tmux_session_memory_bytes{HOST})", "bytes", width=100),
              Value("GPU memory", "max by (host, user, session) (fleet_tmux_session_gpu_memory_bytes{HOST})", "bytes", width=110), sort="Detached for", width=14, height=8),
        graph("tmux sessions by state", "Legacy sessions are not counted as detached.", Query("sum by (state) (fleet_tmux_sessions{HOST})", "{{state}}"), unit="short", stacked=True, width=10),
    )),
    Row("Units, temperatures and errors", (
        table("systemd units", "Units configured for this host, and how often systemd restarted them in the selected time range.", Label("unit", "Unit"),
              Value("", "max by (unit, state) (fleet_systemd_unit_state{HOST} == 1)"), Label("state", "State", mappings=UNIT_STATE, width=110),
              Value("Restarts", "max by (unit) (increase(fleet_systemd_unit_restarts_total{HOST}[$__range]))", thresholds=ORANGE_FROM_1, decimals=0, width=90), sort="Unit", ascending=True, width=8, height=8),
        graph("Temperatures", "Sensors of the host, and the critical limits they report.", Query("fleet_host_temperature_celsius{HOST}", "{{sensor}}"),
              Query('max by (level) (fleet_host_temperature_limit_celsius{HOST, level=~"crit.*"})', "{{level}}"), unit="celsius", low=None, dashed="^crit.*", width=8),
        graph("Network errors", "Receive and transmit errors per second.", Query("rate(fleet_host_network_errors_total{HOST}[$__rate_interval])", "{{device}}"), unit="cps", width=8),
    ), closed=True),
), one_host=True)
