"""GPU: all GPUs in a table, the highest values over time, throttling and errors."""
from dashboard import Dashboard, Row
from links import OF_SERIES, act_on_host, to_host
from overview import HOT
from panels import graph, stat, timeline
from promql import Query, mean, now, top_series
from tables import BAR, Label, Value, table
from values import FAINT, ORANGE, RED_FROM_1, SHARE, YES_IS_BLUE, steps, words

KEY = "job, host, gpu, uuid"
THROTTLE = 'fleet_gpu_throttle_reason{GPU, reason!="gpu_idle"}'


def top(family: str, legend: str = "{{host}} GPU {{gpu}}") -> Query:
    return Query(top_series(16, family + "{GPU}", mean(family + "{GPU}"), KEY), legend)


DASHBOARD = Dashboard("gpu", "GPU", "All GPUs: utilisation, memory, temperature and power against their limits, clocks, throttling and errors.", (
    Row("", (
        stat("GPUs", "GPUs listed by nvidia-smi.", now("count(fleet_gpu_info{GPU})")),
        stat("In use", "GPUs with a kernel running in the last sample period.", now("count(fleet_gpu_utilization_ratio{GPU} > 0.01) or 0 * count(fleet_gpu_info{GPU})")),
        stat("Average utilisation", "Share of time in which a kernel ran, averaged over all GPUs.", now("avg(fleet_gpu_utilization_ratio{GPU})"), unit="percentunit", decimals=0),
        stat("Memory used", "Used share of the memory of all GPUs.", now("sum(fleet_gpu_memory_used_bytes{GPU}) / sum(fleet_gpu_memory_total_bytes{GPU})"), unit="percentunit", decimals=0, thresholds=SHARE),
        stat("Hottest GPU", "Highest core temperature.", now("max(fleet_gpu_temperature_celsius{GPU})"), unit="celsius", thresholds=HOT),
        stat("Power", "Total power draw of all GPUs.", now("sum(fleet_gpu_power_draw_watts{GPU})"), unit="watt"),
        stat("Throttled", "GPUs with an active throttle reason other than idle.", now(f"count(max by ({KEY}) ({THROTTLE}) == 1) or 0 * count(fleet_gpu_info{{GPU}})"),
             thresholds=steps((1, ORANGE))),
        stat("Lost", "GPUs that have fallen off the bus, need a reset, or were listed since the last boot and no longer are.", now("sum(fleet_host_gpus_lost{HOST})"), thresholds=RED_FROM_1),
    )),
    Row("", (
        table("GPUs", "All GPUs, hottest first. A lost GPU has no values. Click a host for its dashboard.",
              Label("host", "Host", (to_host(), act_on_host()), 150), Label("gpu", "GPU", width=55), Value("", "max by (host, gpu, name) (fleet_gpu_info{GPU})"), Label("name", "Model", width=200),
              Value("Utilisation", "max by (host, gpu) (fleet_gpu_utilization_ratio{GPU})", "percentunit", BAR, steps(), top=1, decimals=0),
              Value("Memory", "max by (host, gpu) (fleet_gpu_memory_used_bytes{GPU} / fleet_gpu_memory_total_bytes{GPU})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("Total memory", "max by (host, gpu) (fleet_gpu_memory_total_bytes{GPU})", "bytes", width=110, decimals=0),
              Value("Unified", "max by (host, gpu) (fleet_gpu_memory_unified{GPU})", mappings=YES_IS_BLUE, width=75),
              Value("Temperature", "max by (host, gpu) (fleet_gpu_temperature_celsius{GPU})", "celsius", thresholds=HOT, width=120),
              Value("Warning at", "max by (host, gpu) (host_gpu:fleet_gpu_temperature_warning_celsius:limit{GPU})", "celsius", width=95),
              Value("Power", "max by (host, gpu) (fleet_gpu_power_draw_watts{GPU})", "watt", width=75, decimals=0),
              Value("Power / limit", "max by (host, gpu) (fleet_gpu_power_draw_watts{GPU} / fleet_gpu_power_limit_watts{GPU})", "percentunit", BAR, steps(), top=1, decimals=0),
              Value("SM clock", 'max by (host, gpu) (fleet_gpu_clock_hertz{GPU, clock="sm"})', "hertz", width=90, decimals=2),
              Value("Processes", "max by (host, gpu) (fleet_gpu_processes{GPU})", width=85), sort="Temperature", height=13),
    )),
    Row("Over time: the 16 highest GPUs per panel", (
        graph("Utilisation", "Share of time in which a kernel ran.", top("fleet_gpu_utilization_ratio"), unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("Memory", "Used share of the GPU's memory; with unified memory, of the host's memory.",
              Query(top_series(16, "fleet_gpu_memory_used_bytes{GPU} / fleet_gpu_memory_total_bytes{GPU}",
                         f'{mean("fleet_gpu_memory_used_bytes{GPU}")} / {mean("fleet_gpu_memory_total_bytes{GPU}")}', KEY), "{{host}} GPU {{gpu}}"),
              unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("Temperature", "Core temperature, and the lowest limits that the selected GPUs report.", top("fleet_gpu_temperature_celsius"),
              Query("min by (level) (fleet_gpu_temperature_limit_celsius{GPU})", "{{level}}"), unit="celsius", low=None, dashed="^(slowdown|shutdown|target)$", links=[to_host(OF_SERIES)], side=True),
        graph("Power", "Power draw per GPU.", top("fleet_gpu_power_draw_watts"), unit="watt", links=[to_host(OF_SERIES)], side=True),
        graph("Power / limit", "Power draw as a share of the GPU's power limit, for GPUs that report one.",
              Query(top_series(16, "fleet_gpu_power_draw_watts{GPU} / fleet_gpu_power_limit_watts{GPU}", f'{mean("fleet_gpu_power_draw_watts{GPU}")} / {mean("fleet_gpu_power_limit_watts{GPU}")}', KEY),
                    "{{host}} GPU {{gpu}}"), unit="percentunit", links=[to_host(OF_SERIES)], side=True),
        graph("SM clock", "A clock that drops under load is throttled; see Throttle reasons.",
              Query(top_series(16, 'fleet_gpu_clock_hertz{GPU, clock="sm"}', mean('fleet_gpu_clock_hertz{GPU, clock="sm"}'), KEY), "{{host}} GPU {{gpu}}"), unit="hertz", links=[to_host(OF_SERIES)], side=True),
        graph("GPU memory by runtime", "Memory of compute processes by runtime; empty where the driver hides it.", Query("sum by (runtime) (fleet_gpu_process_memory_bytes{GPU})", "{{runtime}}"),
              unit="bytes", stacked=True, side=True),
        timeline("Throttle reasons", "Active throttle reasons other than idle, the 16 longest. Power caps are normal under full load, slowdowns are not.",
                 Query(top_series(16, THROTTLE, f"{mean(THROTTLE)} > 0", f"{KEY}, reason"), "{{host}} GPU {{gpu}} {{reason}}"), mappings=words(_0=("not throttled", FAINT), _1=("throttled", ORANGE)), named_bands=False, width=12),
    )),
    Row("Errors: XID, ECC, recovery actions", (
        table("XID errors", "Driver errors in the kernel log. 79: the GPU has fallen off the bus; 48, 94, 95: memory; 119, 120: the GPU system processor (GSP) does not respond.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Label("xid", "XID", width=70),
              Value("Last", "max by (host, gpu, xid) (fleet_gpu_xid_last_timestamp_seconds{HOST}) * 1000", "dateTimeFromNow"),
              Value("Count", "sum by (host, gpu, xid) (increase(fleet_gpu_xid_errors_total{HOST}[$__range]))", decimals=0, width=80), sort="Last", width=8, height=8),
        graph("Uncorrected ECC errors", "New errors per second; the 8 GPUs with the most.",
              Query(top_series(8, "rate(fleet_gpu_ecc_uncorrected_total{GPU}[$__rate_interval])", "increase(fleet_gpu_ecc_uncorrected_total{GPU}[$__range] @ end())", KEY), "{{host}} GPU {{gpu}}"), unit="cps", width=8),
        table("Recovery actions", "GPUs for which the driver requests a reset, reboot or drain.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60),
              Value("", 'max by (host, gpu, action) (fleet_gpu_recovery_action{GPU, action!~"None|none"} == 1)'), Label("action", "Action"), sort="Host", ascending=True, width=8, height=8),
    ), closed=True),
    Row("Fans, performance states, MIG slices", (
        graph("Fans", "Intended fan speed as a share of the maximum; the 16 fastest.", top("fleet_gpu_fan_ratio"), unit="percentunit", top=1, width=8),
        graph("Performance state", "Number of GPUs in each performance state; P0 is the fastest.", Query('count_values("state", fleet_gpu_pstate{GPU})', "P{{state}}"), unit="short", stacked=True, width=8),
        table("MIG slices", "Memory use of each MIG slice.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Label("slice", "Slice"),
              Value("Memory", "max by (host, gpu, slice) (fleet_gpu_mig_memory_used_bytes{GPU} / fleet_gpu_mig_memory_total_bytes{GPU})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("Total", "max by (host, gpu, slice) (fleet_gpu_mig_memory_total_bytes{GPU})", "bytes", width=90), sort="Memory", width=8, height=8),
    ), closed=True),
), variables=("host", "gpu"))
