"""Users of the GPUs: GPU-hours, energy and memory by user, and what is held without being used."""
from dashboard import Dashboard, Row, text_variable
from links import OF_SERIES, to_gpus, to_host
from panels import bars, graph, stat
from promql import Query, mean, now, top_series
from tables import Label, Value, table
from values import GREEN, ORANGE_FROM_1, PLAIN

KWH = "/ 3.6e6"
SOMEBODY = 'user!~"\\\\(none\\\\)|\\\\(not listed\\\\)"'


def rise(family: str, by: str, where: str = SOMEBODY, window: str = "$__range") -> str:
    """Increase of a counter of users over the selected time range, without the time in which nobody had a process."""
    return f"sum by ({by}) (increase({family}{{HOST, {where}}}[{window}]))"


def hours(family: str, by: str) -> str:
    return f"{rise(family, by)} / 3600"


def total(family: str, divisor: str) -> str:
    return f'sum(increase({family}{{HOST, {SOMEBODY}}}[$__range])) {divisor}'


SECONDS, JOULES = "fleet_gpu_user_seconds_total", "fleet_gpu_user_joules_total"
IDLE_SECONDS, IDLE_JOULES = "fleet_gpu_user_held_idle_seconds_total", "fleet_gpu_user_held_idle_joules_total"

DASHBOARD = Dashboard("users", "Users", "Users of the GPUs: GPU-hours, energy and memory by user, and what is held without being used.", (
    Row("", (
        stat("Free GPUs", "GPUs without process and use, as thresholds in fleet.yml define it.", now("sum(fleet_gpu_free{HOST})"), width=4),
        stat("Held idle now", "GPUs on which memory or processes are, and which have not been used for gpu_held_idle_seconds.",
             now('count(fleet_gpu_held_idle_seconds{HOST} > on () group_left () max(fleet_threshold{JOB, name="gpu_held_idle_seconds"})) or 0 * sum(fleet_gpu_free{HOST})'),
             thresholds=ORANGE_FROM_1, width=4),
        stat("Unaccounted", "GPUs that are used although no process is visible on them.",
             now("count(max by (job, host, gpu, uuid) (fleet_gpu_unaccounted{HOST}) == 1) or 0 * sum(fleet_gpu_free{HOST})"), thresholds=ORANGE_FROM_1, width=4),
        stat("GPU-hours", "Time in which somebody had a process on a GPU, in the selected time range.", now(total(SECONDS, "/ 3600")), unit="h", decimals=1, width=4),
        stat("Held idle", "Part of the GPU-hours in which the GPU did nothing, after the first gpu_held_idle_seconds.", now(f"{total(IDLE_SECONDS, '')} / {total(SECONDS, '')}"),
             unit="percentunit", width=4),
        stat("Cost of held idle", "Energy of GPUs that were held idle in the selected time range, at the price above.", now(f"{total(IDLE_JOULES, KWH)} * $price"), unit="currencyUSD", decimals=2, width=4),
    )),
    Row("", (
        table("Users", "GPU-hours and energy in the selected time range. Users who share a GPU share both by memory: the driver does not measure them per process.",
              Label("user", "User", width=170),
              Value("GPUs now", f"count by (user) (sum by (user, job, host, gpu, uuid) (fleet_gpu_user_memory_bytes{{HOST}}))", width=100),
              Value("Memory now", "sum by (user) (fleet_gpu_user_memory_bytes{HOST})", "bytes"),
              Value("GPU-hours", hours(SECONDS, "user"), "h", decimals=1),
              Value("Held idle", hours(IDLE_SECONDS, "user"), "h", decimals=1),
              Value("Energy", f"{rise(JOULES, 'user')} {KWH}", "kwatth", decimals=2),
              Value("Cost", f"{rise(JOULES, 'user')} {KWH} * $price", "currencyUSD", decimals=2),
              Value("Cost of held idle", f"{rise(IDLE_JOULES, 'user')} {KWH} * $price", "currencyUSD", decimals=2, width=140), sort="GPU-hours", height=10),
        table("Users by host", "As above, for each host. Click a host to open its dashboard.",
              Label("user", "User", width=170), Label("host", "Host", (to_host(), to_gpus()), 170),
              Value("Memory now", "sum by (user, host) (fleet_gpu_user_memory_bytes{HOST})", "bytes"),
              Value("GPU-hours", hours(SECONDS, "user, host"), "h", decimals=1),
              Value("Held idle", hours(IDLE_SECONDS, "user, host"), "h", decimals=1),
              Value("Energy", f"{rise(JOULES, 'user, host')} {KWH}", "kwatth", decimals=2), sort="GPU-hours", height=10),
    )),
    Row("Over time", (
        graph("GPUs by user", "The 12 users with the most GPUs in the selected time range; a GPU that several share counts in parts.",
              Query(top_series(12, f"sum by (user) (rate({SECONDS}{{HOST, {SOMEBODY}}}[$__rate_interval]))", f"sum by (user) (increase({SECONDS}{{HOST, {SOMEBODY}}}[$__range] @ end()))", "user"), "{{user}}"),
              unit="short", stacked=True, side=True, width=12),
        graph("GPU memory by user", "The 12 users with the most GPU memory in the selected time range.",
              Query(top_series(12, "sum by (user) (fleet_gpu_user_memory_bytes{HOST})", f"sum by (user) ({mean('fleet_gpu_user_memory_bytes{HOST}')})", "user"), "{{user}}"),
              unit="bytes", stacked=True, side=True, width=12),
        bars("GPU memory by container", "The 12 containers with the most GPU memory.", now("topk(12, sum by (host, container) (fleet_gpu_container_memory_bytes{HOST}))", "{{host}} {{container}}"),
             unit="bytes", thresholds=PLAIN, links=[to_host(OF_SERIES)], width=12),
        graph("Free and held idle GPUs", "As thresholds in fleet.yml define it.",
              Query("sum(fleet_gpu_free{HOST})", "free"),
              Query('count(fleet_gpu_held_idle_seconds{HOST} > on () group_left () max(fleet_threshold{JOB, name="gpu_held_idle_seconds"})) or 0 * sum(fleet_gpu_free{HOST})', "held idle"),
              unit="short", colors={"free": GREEN}, width=12),
    )),
), since="now-24h", more_variables=(text_variable("price", "Price per kWh", "0.30", "Energy price in USD per kWh."),))
