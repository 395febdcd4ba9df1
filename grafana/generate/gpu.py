"""GPU: every GPU in a table, the hottest, busiest and fullest ones over time, what holds them back, and what is broken."""
from dashboard import Dashboard, Row
from links import OF_SERIES, act_on_host, to_host
from overview import HOT
from panels import graph, stat, timeline
from promql import Query, mean, most, now
from tables import BAR, Label, Value, table
from values import ANY_IS_BAD, FAINT, ORANGE, SHARE, YES, steps, words

KEY = "job, host, gpu, uuid"
THROTTLE = 'fleet_gpu_throttle_reason{GPU, reason!="gpu_idle"}'


def top(family: str, legend: str = "{{host}} GPU {{gpu}}") -> Query:
    return Query(most(16, family + "{GPU}", mean(family + "{GPU}"), KEY), legend)


DASHBOARD = Dashboard("gpu", "GPU", "Every GPU: use, memory, temperature and power against their limits, clocks, what holds them back, and what is broken.", (
    Row("", (
        stat("GPUs", "GPUs that nvidia-smi lists.", now("count(fleet_gpu_info{GPU})")),
        stat("In use", "GPUs on which a kernel ran in the last moment.", now("count(fleet_gpu_utilization_ratio{GPU} > 0.01) or 0 * count(fleet_gpu_info{GPU})")),
        stat("Average use", "Share of time in which a kernel ran, of all GPUs.", now("avg(fleet_gpu_utilization_ratio{GPU})"), unit="percentunit", decimals=0),
        stat("Memory used", "Of the memory of all GPUs.", now("sum(fleet_gpu_memory_used_bytes{GPU}) / sum(fleet_gpu_memory_total_bytes{GPU})"), unit="percentunit", decimals=0, thresholds=SHARE),
        stat("Hottest", "The highest core temperature.", now("max(fleet_gpu_temperature_celsius{GPU})"), unit="celsius", thresholds=HOT),
        stat("Power", "What all draw together, of what they may draw.", now("sum(fleet_gpu_power_draw_watts{GPU})"), unit="watt"),
        stat("Held back", "GPUs whose clocks something other than idleness holds down.", now(f"count(max by ({KEY}) ({THROTTLE}) == 1) or 0 * count(fleet_gpu_info{{GPU}})"),
             thresholds=steps((1, ORANGE))),
        stat("Lost", "GPUs that have fallen off the bus, need a reset, or were there since the last boot and are not listed any more.", now("sum(fleet_host_gpus_lost{HOST})"), thresholds=ANY_IS_BAD),
    )),
    Row("", (
        table("GPUs", "Every GPU, the hottest first. A lost GPU is listed without values. Click a host for its dashboard.",
              Label("host", "Host", (to_host(), act_on_host()), 150), Label("gpu", "GPU", width=55), Value("", "max by (host, gpu, name) (fleet_gpu_info{GPU})"), Label("name", "Model", width=200),
              Value("Use", "max by (host, gpu) (fleet_gpu_utilization_ratio{GPU})", "percentunit", BAR, steps(), top=1, decimals=0),
              Value("Memory", "max by (host, gpu) (fleet_gpu_memory_used_bytes{GPU} / fleet_gpu_memory_total_bytes{GPU})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("of all", "max by (host, gpu) (fleet_gpu_memory_total_bytes{GPU})", "bytes", width=85, decimals=0),
              Value("Unified", "max by (host, gpu) (fleet_gpu_memory_unified{GPU})", mappings=YES, width=75),
              Value("Temperature", "max by (host, gpu) (fleet_gpu_temperature_celsius{GPU})", "celsius", thresholds=HOT, width=120),
              Value("warns at", "max by (host, gpu) (host_gpu:fleet_gpu_temperature_warning_celsius:limit{GPU})", "celsius", width=85),
              Value("Power", "max by (host, gpu) (fleet_gpu_power_draw_watts{GPU})", "watt", width=75, decimals=0),
              Value("of its limit", "max by (host, gpu) (fleet_gpu_power_draw_watts{GPU} / fleet_gpu_power_limit_watts{GPU})", "percentunit", BAR, steps(), top=1, decimals=0),
              Value("SM clock", 'max by (host, gpu) (fleet_gpu_clock_hertz{GPU, clock="sm"})', "hertz", width=90, decimals=2),
              Value("Processes", "max by (host, gpu) (fleet_gpu_processes{GPU})", width=85), sort="Temperature", height=13),
    )),
    Row("Over time: the 16 highest of each", (
        graph("Utilisation", "Share of time in which a kernel ran.", top("fleet_gpu_utilization_ratio"), unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("Memory", "Used, as a share of the GPU's memory; with unified memory, of the host's.",
              Query(most(16, "fleet_gpu_memory_used_bytes{GPU} / fleet_gpu_memory_total_bytes{GPU}",
                         f'{mean("fleet_gpu_memory_used_bytes{GPU}")} / {mean("fleet_gpu_memory_total_bytes{GPU}")}', KEY), "{{host}} GPU {{gpu}}"),
              unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("Temperature", "Core temperature, and the lowest of the devices' own limits among the GPUs chosen.", top("fleet_gpu_temperature_celsius"),
              Query("min by (level) (fleet_gpu_temperature_limit_celsius{GPU})", "{{level}}"), unit="celsius", low=None, dashed="^(slowdown|shutdown|target)$", links=[to_host(OF_SERIES)], side=True),
        graph("Power", "Power draw.", top("fleet_gpu_power_draw_watts"), unit="watt", links=[to_host(OF_SERIES)], side=True),
        graph("Power against the limit", "Power draw as a share of the GPU's power limit; nothing where it reports none.",
              Query(most(16, "fleet_gpu_power_draw_watts{GPU} / fleet_gpu_power_limit_watts{GPU}", f'{mean("fleet_gpu_power_draw_watts{GPU}")} / {mean("fleet_gpu_power_limit_watts{GPU}")}', KEY),
                    "{{host}} GPU {{gpu}}"), unit="percentunit", links=[to_host(OF_SERIES)], side=True),
        graph("SM clock", "A clock that falls while the GPU is busy is held back: the next panel says by what.",
              Query(most(16, 'fleet_gpu_clock_hertz{GPU, clock="sm"}', mean('fleet_gpu_clock_hertz{GPU, clock="sm"}'), KEY), "{{host}} GPU {{gpu}}"), unit="hertz", links=[to_host(OF_SERIES)], side=True),
        graph("GPU memory by runtime", "What compute processes hold, by what they are; where the driver hides it, nothing.", Query("sum by (runtime) (fleet_gpu_process_memory_bytes{GPU})", "{{runtime}}"),
              unit="bytes", stacked=True, side=True),
        timeline("What holds clocks down", "Reasons other than idleness, of the 16 GPUs that were held back longest. Power caps are usual under full load, slowdowns are not.",
                 Query(most(16, THROTTLE, f"{mean(THROTTLE)} > 0", f"{KEY}, reason"), "{{host}} GPU {{gpu}} {{reason}}"), mappings=words(_0=("free", FAINT), _1=("held back", ORANGE)), named_bands=False, width=12),
    )),
    Row("Errors: XID, ECC, what the driver asks for", (
        table("XID errors", "Errors that the driver wrote to the kernel log. 79: the GPU has fallen off the bus; 48, 94, 95: memory; 119, 120: the GPU's own processor does not answer.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Label("xid", "XID", width=70),
              Value("Last", "max by (host, gpu, xid) (fleet_gpu_xid_last_timestamp_seconds{HOST}) * 1000", "dateTimeFromNow"),
              Value("New", "sum by (host, gpu, xid) (increase(fleet_gpu_xid_errors_total{HOST}[$__range]))", decimals=0, width=80), sort="Last", width=8, height=8),
        graph("Uncorrected memory errors", "New ones a second, of GPUs with ECC memory; the 8 with most.",
              Query(most(8, "rate(fleet_gpu_ecc_uncorrected_total{GPU}[$__rate_interval])", "increase(fleet_gpu_ecc_uncorrected_total{GPU}[$__range] @ end())", KEY), "{{host}} GPU {{gpu}}"), unit="cps", width=8),
        table("What the driver asks for", "GPUs for which the driver wants a reset, a reboot or a drain.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60),
              Value("", 'max by (host, gpu, action) (fleet_gpu_recovery_action{GPU, action!~"None|none"} == 1)'), Label("action", "Action"), sort="Host", ascending=True, width=8, height=8),
    ), closed=True),
    Row("Fans, performance states, MIG slices", (
        graph("Fans", "Intended speed as a share of the highest, of the 16 fastest.", top("fleet_gpu_fan_ratio"), unit="percentunit", top=1, width=8),
        graph("Performance state", "0 is the fastest; how many GPUs are in each.", Query('count_values("state", fleet_gpu_pstate{GPU})', "P{{state}}"), unit="short", stacked=True, width=8),
        table("MIG slices", "Memory of the slices of GPUs that are cut up.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Label("slice", "Slice"),
              Value("Memory", "max by (host, gpu, slice) (fleet_gpu_mig_memory_used_bytes{GPU} / fleet_gpu_mig_memory_total_bytes{GPU})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("of", "max by (host, gpu, slice) (fleet_gpu_mig_memory_total_bytes{GPU})", "bytes", width=90), sort="Memory", width=8, height=8),
    ), closed=True),
), variables=("host", "gpu"))
