"""Energy and cost: energy use of the GPUs, its cost, and the cost of the agents' models."""
from dashboard import Dashboard, Row, text_variable
from links import OF_SERIES, to_dashboard, to_host
from panels import bars, graph, stat
from promql import Query, mean, now, top_series
from tables import Label, Value, table
from values import PLAIN

KWH = "/ 3.6e6"


def used(window: str, by: str = "") -> str:
    return f"sum {by}(increase(fleet_gpu_energy_joules_total{{HOST}}[{window}])) {KWH}"


DASHBOARD = Dashboard("energy", "Energy & cost", "Energy use of the GPUs, its cost, and the cost of the agents' models.", (
    Row("", (
        stat("Power", "Total power draw of all GPUs.", now("sum(fleet_gpu_power_draw_watts{HOST})"), unit="watt", width=4),
        stat("Power / limit", "Power draw as a share of the power limit, for GPUs that report one.",
             now("sum(fleet_gpu_power_draw_watts{HOST} and fleet_gpu_power_limit_watts{HOST}) / sum(fleet_gpu_power_limit_watts{HOST})"), unit="percentunit", decimals=0, width=4),
        stat("Energy, 24 h", "All GPUs, as far as this Prometheus has data.", now(used("24h")), unit="kwatth", width=4),
        stat("Cost, 24 h", "Cost of that energy at the price above.", now(f"{used('24h')} * $price"), unit="currencyUSD", decimals=2, width=4),
        stat("Projected monthly cost", "Cost of 30 days at the current power draw and the price above.", now("sum(fleet_gpu_power_draw_watts{HOST}) / 1000 * 720 * $price"), unit="currencyUSD", width=4),
        stat("Idle GPU power", "Power draw of GPUs on which no kernel runs.", now("sum(fleet_gpu_power_draw_watts{HOST} and on (job, host, gpu, uuid) fleet_gpu_utilization_ratio{HOST} < 0.01) or 0 * sum(fleet_gpu_power_draw_watts{HOST})"),
             unit="watt", width=4),
    )),
    Row("Energy", (
        graph("GPU power by host", "The 12 hosts with the highest power draw in the selected time range.",
              Query(top_series(12, "sum by (host) (fleet_gpu_power_draw_watts{HOST})", f"sum by (host) ({mean('fleet_gpu_power_draw_watts{HOST}')})"), "{{host}}"), unit="watt", stacked=True, side=True,
              links=[to_host(OF_SERIES)], width=16, height=10),
        bars("Energy by host", "The 12 hosts with the highest energy use in the selected time range.", now(f"topk(12, {used('$__range', 'by (host) ')})", "{{host}}"), unit="kwatth", thresholds=PLAIN, links=[to_host(OF_SERIES)], height=10),
        table("Energy by GPU model", "Energy and its cost in the selected time range, at the price above.", Label("name", "Model"),
              Value("GPUs", """count by (name) (fleet_gpu_info{HOST, name!=""})""", width=80),
              Value("Power", "sum by (name) (fleet_gpu_power_draw_watts{HOST} * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{HOST})", "watt"),
              Value("Energy", f"sum by (name) (increase(fleet_gpu_energy_joules_total{{HOST}}[$__range]) * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{{HOST}}) {KWH}", "kwatth", decimals=2),
              Value("Cost", f"sum by (name) (increase(fleet_gpu_energy_joules_total{{HOST}}[$__range]) * on (job, host, gpu, uuid) group_left (name) fleet_gpu_info{{HOST}}) {KWH} * $price", "currencyUSD", decimals=2),
              sort="Energy", width=16, height=7),
        graph("GPU utilisation", "Average of all GPUs.", Query("avg(fleet_gpu_utilization_ratio{HOST})", "average"), unit="percentunit", top=1, width=8, height=7),
    )),
    Row("Agent models", (
        stat("Model cost", "Today (UTC) and projected for this month, at the prices that the gateways report.",
             now('sum(fleet_openclaw_cost_usd{HOST, window="today"})', "today"), now("sum(fleet_openclaw_cost_projected_month_usd{HOST})", "projected"), unit="currencyUSD", decimals=2,
             links=[to_dashboard("agents")], width=8, height=8),
        graph("Cost today by model", "Resets at midnight UTC.", Query('sum by (model) (fleet_openclaw_cost_usd{HOST, window="today"})', "{{model}}"), unit="currencyUSD", stacked=True, width=16),
    )),
), since="now-24h", more_variables=(text_variable("price", "Price per kWh", "0.30", "Energy price in USD per kWh."),))
