"""GPU: all GPUs in a table, the highest values over time, throttling and errors."""
from dashboard import Dashboard, Row
from links import OF_SERIES, act_on_host, to_host
from overview import HOT
from panels import graph, stat, timeline
from promql import Query, mean, now, top_series
from tables import BAR, Label, Value, table
from values import BLUE, FAINT, GREEN, ORANGE, RED, RED_FROM_1, SHARE, YES_IS_BLUE, YES_IS_ORANGE, YES_IS_RED, steps, words

KEY = "job, host, gpu, uuid"
HOT_MEMORY = steps((85, ORANGE), (95, RED))
FABRIC = tuple(words(not_started=ORANGE, in_progress=BLUE, completed=GREEN, failed=RED))
THROTTLE = 'fleet_gpu_throttle_reason{GPU, reason!="gpu_idle"}'


def top(family: str, legend: str = "{{host}} GPU {{gpu}}", count: int = 16) -> Query:
    return Query(top_series(count, family + "{GPU}", mean(family + "{GPU}"), KEY), legend)


def top_rate(family: str) -> Query:
    """The 8 GPUs whose counter grows most over the selected time range."""
    return Query(top_series(8, f"rate({family}{{GPU}}[$__rate_interval])", f"increase({family}{{GPU}}[$__range] @ end())", KEY), "{{host}} GPU {{gpu}}")


def by_gpu(expr: str) -> str:
    return f"max by (host, gpu) ({expr})"


def new(family: str, cause: str) -> str:
    return f'sum by (host, gpu) (increase({family}{{GPU, cause="{cause}"}}[$__range]))'


DASHBOARD = Dashboard("gpu", "GPU", "All GPUs: utilisation, memory, temperature and power against their limits, clocks, throttling, PCIe and errors.", (
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
              Value("Memory temp.", by_gpu("fleet_gpu_memory_temperature_celsius{GPU}"), "celsius", thresholds=HOT_MEMORY, width=110),
              Value("Warning at", "max by (host, gpu) (host_gpu:fleet_gpu_temperature_warning_celsius:limit{GPU})", "celsius", width=95),
              Value("Power", "max by (host, gpu) (fleet_gpu_power_draw_watts{GPU})", "watt", width=75, decimals=0),
              Value("Power / limit", "max by (host, gpu) (fleet_gpu_power_draw_watts{GPU} / fleet_gpu_power_limit_watts{GPU})", "percentunit", BAR, steps(), top=1, decimals=0),
              Value("SM clock", 'max by (host, gpu) (fleet_gpu_clock_hertz{GPU, clock="sm"})', "hertz", width=90, decimals=2),
              Value("Processes", "max by (host, gpu) (fleet_gpu_processes{GPU})", width=85), sort="Temperature", height=13),
    )),
    Row("Over time: the 16 highest GPUs per panel", (
        graph("Utilisation", "Share of time in which a kernel ran.", top("fleet_gpu_utilization_ratio"), unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("Memory utilisation", "Share of time in which the GPU's memory was read or written.", top("fleet_gpu_memory_utilization_ratio"), unit="percentunit", top=1,
              links=[to_host(OF_SERIES)], side=True),
        graph("Memory", "Used share of the GPU's memory; with unified memory, of the host's memory.",
              Query(top_series(16, "fleet_gpu_memory_used_bytes{GPU} / fleet_gpu_memory_total_bytes{GPU}",
                         f'{mean("fleet_gpu_memory_used_bytes{GPU}")} / {mean("fleet_gpu_memory_total_bytes{GPU}")}', KEY), "{{host}} GPU {{gpu}}"),
              unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("GPU memory by runtime", "Memory of compute processes by runtime; empty where the driver hides it.", Query("sum by (runtime) (fleet_gpu_process_memory_bytes{GPU})", "{{runtime}}"),
              unit="bytes", stacked=True, side=True),
        graph("Temperature", "Core temperature, and the lowest limits that the selected GPUs report.", top("fleet_gpu_temperature_celsius"),
              Query("min by (level) (fleet_gpu_temperature_limit_celsius{GPU})", "{{level}}"), unit="celsius", low=None, dashed="^(slowdown|shutdown|target)$", links=[to_host(OF_SERIES)], side=True),
        graph("Memory temperature", "Temperature of the memory, for GPUs that report it: those with HBM.", top("fleet_gpu_memory_temperature_celsius"), unit="celsius", low=None,
              links=[to_host(OF_SERIES)], side=True),
        graph("Power", "Power draw per GPU.", top("fleet_gpu_power_draw_watts"), unit="watt", links=[to_host(OF_SERIES)], side=True),
        graph("Power / limit", "Power draw as a share of the GPU's power limit, for GPUs that report one.",
              Query(top_series(16, "fleet_gpu_power_draw_watts{GPU} / fleet_gpu_power_limit_watts{GPU}", f'{mean("fleet_gpu_power_draw_watts{GPU}")} / {mean("fleet_gpu_power_limit_watts{GPU}")}', KEY),
                    "{{host}} GPU {{gpu}}"), unit="percentunit", links=[to_host(OF_SERIES)], side=True),
        graph("SM clock", "A clock that drops under load is throttled; see Throttle reasons.",
              Query(top_series(16, 'fleet_gpu_clock_hertz{GPU, clock="sm"}', mean('fleet_gpu_clock_hertz{GPU, clock="sm"}'), KEY), "{{host}} GPU {{gpu}}"), unit="hertz", links=[to_host(OF_SERIES)], side=True),
        timeline("Throttle reasons", "Active throttle reasons other than idle, the 16 longest. Power caps are normal under full load, slowdowns are not.",
                 Query(top_series(16, THROTTLE, f"{mean(THROTTLE)} > 0", f"{KEY}, reason"), "{{host}} GPU {{gpu}} {{reason}}"), mappings=words(_0=("not throttled", FAINT), _1=("throttled", ORANGE)), named_bands=False, width=12),
    )),
    Row("Errors: XID, ECC, memory repairs, recovery actions", (
        table("XID errors", "Driver errors in the kernel log. 79: the GPU has fallen off the bus; 48, 94, 95: memory; 119, 120: the GPU system processor (GSP) does not respond.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Label("xid", "XID", width=70),
              Value("Last", "max by (host, gpu, xid) (fleet_gpu_xid_last_timestamp_seconds{HOST}) * 1000", "dateTimeFromNow"),
              Value("Count", "sum by (host, gpu, xid) (increase(fleet_gpu_xid_errors_total{HOST}[$__range]))", decimals=0, width=80), sort="Last", width=8, height=8),
        graph("Uncorrected ECC errors", "New errors per second; the 8 GPUs with the most.",
              top_rate("fleet_gpu_ecc_uncorrected_total"), unit="cps", width=8),
        table("Recovery actions", "GPUs for which the driver requests a reset, reboot or drain.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60),
              Value("", 'max by (host, gpu, action) (fleet_gpu_recovery_action{GPU, action!~"None|none"} == 1)'), Label("action", "Action"), sort="Host", ascending=True, width=8, height=8),
        graph("Corrected ECC errors", "New errors per second; the 8 GPUs with the most.", top_rate("fleet_gpu_ecc_corrected_total"), unit="cps", width=8),
        table("Remapped rows", "Faulty rows of the memory that were replaced in the selected time range; pending ones wait for a reset. Ampere and later with ECC.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Value("Correctable", new("fleet_gpu_remapped_rows_total", "correctable"), decimals=0, width=95),
              Value("Uncorrectable", new("fleet_gpu_remapped_rows_total", "uncorrectable"), decimals=0, width=110),
              Value("Pending", by_gpu("fleet_gpu_row_remapping_pending{GPU}"), mappings=YES_IS_ORANGE, width=75),
              Value("Failed", by_gpu("fleet_gpu_row_remapping_failed{GPU}"), mappings=YES_IS_RED, width=65), sort=("Failed", "Pending", "Uncorrectable"), width=8, height=8),
        table("Retired pages", "Faulty pages of the memory that were retired in the selected time range; pending ones wait for a reset. GPUs before Ampere with ECC.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Value("Single bit", new("fleet_gpu_retired_pages_total", "single_bit"), decimals=0, width=85),
              Value("Double bit", new("fleet_gpu_retired_pages_total", "double_bit"), decimals=0, width=90),
              Value("Pending", by_gpu("fleet_gpu_retired_pages_pending{GPU}"), mappings=YES_IS_ORANGE, width=75), sort=("Pending", "Double bit"), width=8, height=8),
    ), closed=True),
    Row("PCIe, NVLink, video engines", (
        table("PCIe", "The link of each GPU and the most that GPU and slot support, slowest first. An idle GPU lowers the generation; a GB10 reports one lane.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60),
              Value("Bandwidth", by_gpu("fleet_gpu_pcie_link_width{GPU} / fleet_gpu_pcie_link_width_max{GPU}"
                                        " * 2 ^ (fleet_gpu_pcie_link_generation{GPU} - fleet_gpu_pcie_link_generation_max{GPU})"), "percentunit", BAR, steps(), top=1, decimals=0),
              Value("Gen.", by_gpu("fleet_gpu_pcie_link_generation{GPU}"), width=60), Value("Max gen.", by_gpu("fleet_gpu_pcie_link_generation_max{GPU}"), width=85),
              Value("Lanes", by_gpu("fleet_gpu_pcie_link_width{GPU}"), width=65), Value("Max lanes", by_gpu("fleet_gpu_pcie_link_width_max{GPU}"), width=90),
              sort="Bandwidth", ascending=True, width=12, height=8),
        graph("PCIe replays", "Packets that were sent again, per second; the 8 GPUs with the most. Steady growth means a bad connection.", top_rate("fleet_gpu_pcie_replays_total"), unit="cps", width=6),
        table("NVLink fabric", "State of the registration with the fabric manager, for GPUs linked by NVLink switches.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60),
              Value("", "max by (host, gpu, state) (fleet_gpu_fabric_state{GPU} == 1)"), Label("state", "State", mappings=FABRIC), sort="Host", ascending=True, width=6, height=8),
        graph("Encoder and decoder", "Share of time in which the video engines were busy; the 8 highest each.", top("fleet_gpu_encoder_utilization_ratio", "{{host}} GPU {{gpu}} encoder", 8),
              top("fleet_gpu_decoder_utilization_ratio", "{{host}} GPU {{gpu}} decoder", 8), unit="percentunit", top=1, side=True),
        graph("JPEG and optical flow", "Share of time in which the JPEG decoder and the optical flow accelerator (OFA) were busy; the 8 highest each.",
              top("fleet_gpu_jpeg_utilization_ratio", "{{host}} GPU {{gpu}} JPEG", 8), top("fleet_gpu_ofa_utilization_ratio", "{{host}} GPU {{gpu}} OFA", 8),
              unit="percentunit", top=1, side=True),
    ), closed=True),
    Row("Profiling: Hopper and later, where gpu_profiling is on", (
        graph("SM activity", "Share of the streaming multiprocessors with work, averaged over time. High utilisation with low activity: the kernels are too small for the GPU.",
              top("fleet_gpu_profile_sm_active_ratio"), unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("SM occupancy", "Warps on the streaming multiprocessors as a share of the maximum.", top("fleet_gpu_profile_sm_occupancy_ratio"), unit="percentunit", top=1,
              links=[to_host(OF_SERIES)], side=True),
        graph("Tensor activity", "Share of time in which the tensor pipe was active: near 0 in training or inference, the work misses the tensor cores.",
              top("fleet_gpu_profile_tensor_active_ratio"), unit="percentunit", top=1, links=[to_host(OF_SERIES)], side=True),
        graph("Memory activity", "Share of time in which the memory was read or written: near 1, the memory is the limit.", top("fleet_gpu_profile_dram_active_ratio"), unit="percentunit", top=1,
              links=[to_host(OF_SERIES)], side=True),
        graph("FP64, FP32 and FP16 pipes", "Share of time in which the pipe was active; the 8 highest.",
              Query(top_series(8, "fleet_gpu_profile_pipe_active_ratio{GPU}", mean("fleet_gpu_profile_pipe_active_ratio{GPU}"), f"{KEY}, pipe"), "{{host}} GPU {{gpu}} {{pipe}}"),
              unit="percentunit", top=1, side=True),
        graph("PCIe and NVLink traffic", "Bytes per second in each direction; the 8 highest of each.",
              Query(top_series(8, "fleet_gpu_profile_pcie_bytes_per_second{GPU}", mean("fleet_gpu_profile_pcie_bytes_per_second{GPU}"), f"{KEY}, direction"), "{{host}} GPU {{gpu}} PCIe {{direction}}"),
              Query(top_series(8, "fleet_gpu_profile_nvlink_bytes_per_second{GPU}", mean("fleet_gpu_profile_nvlink_bytes_per_second{GPU}"), f"{KEY}, direction"), "{{host}} GPU {{gpu}} NVLink {{direction}}"),
              unit="Bps", side=True),
    ), closed=True),
    Row("Fans, performance states, memory and power limits, MIG slices", (
        graph("Fans", "Intended fan speed as a share of the maximum; the 16 fastest.", top("fleet_gpu_fan_ratio"), unit="percentunit", top=1, width=8),
        graph("Performance state", "Number of GPUs in each performance state; P0 is the fastest.", Query('count_values("state", fleet_gpu_pstate{GPU})', "P{{state}}"), unit="short", stacked=True, width=8),
        graph("BAR1", "Used share of the window through which the host addresses the GPU's memory; the 16 highest.",
              Query(top_series(16, "fleet_gpu_bar1_memory_used_bytes{GPU} / fleet_gpu_bar1_memory_total_bytes{GPU}",
                         f'{mean("fleet_gpu_bar1_memory_used_bytes{GPU}")} / {mean("fleet_gpu_bar1_memory_total_bytes{GPU}")}', KEY), "{{host}} GPU {{gpu}}"), unit="percentunit", top=1, width=8),
        table("Memory and power limits", "Memory that can still be allocated, what driver and firmware reserve, and the power limit that is set beside the one that applies.",
              Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Value("Free", by_gpu("fleet_gpu_memory_free_bytes{GPU}"), "bytes"),
              Value("Reserved", by_gpu("fleet_gpu_memory_reserved_bytes{GPU}"), "bytes"), Value("Power limit", by_gpu("fleet_gpu_power_limit_watts{GPU}"), "watt", decimals=0),
              Value("Enforced", by_gpu("fleet_gpu_power_enforced_limit_watts{GPU}"), "watt", decimals=0), sort="Free", ascending=True, width=12, height=8),
        table("MIG slices", "Memory and BAR1 use of each MIG slice, and new uncorrected errors of its SRAM in the selected time range.", Label("host", "Host", (to_host(),)), Label("gpu", "GPU", width=60), Label("slice", "Slice"),
              Value("Memory", "max by (host, gpu, slice) (fleet_gpu_mig_memory_used_bytes{GPU} / fleet_gpu_mig_memory_total_bytes{GPU})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("Total", "max by (host, gpu, slice) (fleet_gpu_mig_memory_total_bytes{GPU})", "bytes", width=90),
              Value("BAR1", "max by (host, gpu, slice) (fleet_gpu_mig_bar1_memory_used_bytes{GPU} / fleet_gpu_mig_bar1_memory_total_bytes{GPU})", "percentunit", top=1, decimals=0, width=70),
              Value("Errors", "sum by (host, gpu, slice) (increase(fleet_gpu_mig_ecc_sram_uncorrected_total{GPU}[$__range]))", decimals=0, thresholds=RED_FROM_1, width=70),
              sort="Memory", width=12, height=8),
    ), closed=True),
), variables=("host", "gpu"))
