"""Energy and cost: what the GPUs use, and what that and the agents' models cost."""
from dashboard import Dashboard, Row, text_variable
from links import OF_SERIES, to_dashboard, to_host
from panels import bars, graph, stat
from promql import Query, mean, most, now
from tables import Label, Value, table
from values import PLAIN

KWH = "/ 3.6e6"


def used(window: str, by: str = "") -> str:
    return f"sum {by}(increase(fleet_gpu_energy_joules_total{{HOST}}[{window}])) {KWH}"


DASHBOARD = Dashboard("energy", "Energy & cost", "What the GPUs use, and what that and the agents' models cost.", (
    Row("", (
        stat("Power", "What all GPUs draw now.", now("sum(fleet_gpu_power_draw_watts{HOST})"), unit="watt", width=4),
        stat("Of the limits", "What they draw as a share of what they may; of those that report a limit.",
             now("sum(fleet_gpu_power_draw_watts{HOST} and fleet_gpu_power_limit_watts{HOST}) / sum(fleet_gpu_power_limit_watts{HOST})"), unit="percentunit", decimals=0, width=4),
        stat("Energy, 24 h", "Of all GPUs, while this Prometheus was watching.", now(used("24h")), unit="kwatth", width=4),
        stat("Cost, 24 h", "Of that energy, at the price above.", now(f"{used('24h')} * $price"), unit="currencyUSD", decimals=2, width=4),
        stat("At this rate, a month", "What the present power would cost in 30 days, at the price above.", now("sum(fleet_gpu_power_draw_watts{HOST}) / 1000 * 720 * $price"), unit="currencyUSD", width=4),
        stat("Idle GPUs draw", "What GPUs draw on which no kernel runs.", now("sum(fleet_gpu_power_draw_watts{HOST} and on (job, host, gpu, uuid) fleet_gpu_utilization_ratio{HOST} < 0.01) or 0 * sum(fleet_gpu_power_draw_watts{HOST})"),
             unit="watt", width=4),
    )),
    Row("Energy", (
        graph("Power of the hosts' GPUs", "The 12 hosts that draw most over the time shown.",
              Query(most(12, "sum by (host) (fleet_gpu_power_draw_watts{HOST})", f"sum by (host) ({mean('fleet_gpu_power_draw_watts{HOST}')})"), "{{host}}"), unit="watt", stacked=True, side=True,
              links=[to_host(OF_SERIES)], width=16, height=10),
        bars("Energy by host", "In the time shown, of the 12 that used most.", now(f"topk(12, {used('$__range', 'by (host) ')})", "{{host}}"), unit="kwatth", thresholds=PLAIN, links=[to_host(OF_SERIES)], height=10),
        table("By kind of GPU", "Energy and its cost in the time shown, at the price above.", Label("name", "Model"),
              Value("GPUs", """count by (name) (fleet_gpu_info{HOST, name!=""})""", width=80),
              Value("Power", "sum by (name) (fleet_gpu_power_draw_watts{HOST} * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{HOST})", "watt"),
              Value("Energy", f"sum by (name) (increase(fleet_gpu_energy_joules_total{{HOST}}[$__range]) * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{{HOST}}) {KWH}", "kwatth", decimals=2),
              Value("Cost", f"sum by (name) (increase(fleet_gpu_energy_joules_total{{HOST}}[$__range]) * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{{HOST}}) {KWH} * $price", "currencyUSD", decimals=2),
              sort="Energy", width=16, height=7),
        graph("Use of the GPUs", "The average: what the power is for.", Query("avg(fleet_gpu_utilization_ratio{HOST})", "average"), unit="percentunit", top=1, width=8, height=7),
    )),
    Row("Models of the agents", (
        stat("Cost of models", "What the agents' models have cost today (UTC), by the prices that the gateways know, and this month when it goes on as it has begun.",
             now('sum(fleet_openclaw_cost_usd{HOST, window="today"})', "today"), now("sum(fleet_openclaw_cost_projected_month_usd{HOST})", "this month, projected"), unit="currencyUSD", decimals=2,
             links=[to_dashboard("agents")], width=8, height=8),
        graph("Cost today by model", "Falls to zero at midnight UTC.", Query('sum by (model) (fleet_openclaw_cost_usd{HOST, window="today"})', "{{model}}"), unit="currencyUSD", stacked=True, width=16),
    )),
), since="now-24h", more_variables=(text_variable("price", "Price per kWh", "0.30", "In dollars; used for the cost of energy."),))
