"""Agents: OpenClaw gateways with their channels, sessions, jobs, sub-agents, tokens and cost."""
from dashboard import Dashboard, Row
from links import act_on, to_host
from panels import bars, graph, stat
from promql import Query, now
from tables import BAR, FILLED, Label, Value, table
from values import ANY_IS_BAD, ANY_IS_ODD, ORANGE, SHARE, UP, YELLOW, YES, YES_IS_FINE, steps

G = "host, gateway"
CRON = f"{G}, cron"
PRESSURE = steps((0.6, YELLOW), (0.8, ORANGE))
OVERDUE = steps((120, ORANGE))

DASHBOARD = Dashboard("agents", "Agents", "OpenClaw gateways: whether they serve, what their agents do, what it costs.", (
    Row("", (
        stat("Live", "Gateways that answer, of those that are watched.", now("sum(fleet_openclaw_gateway_live{GATEWAY})", "live"), now("count(fleet_openclaw_gateway_live{GATEWAY})", "watched"), width=4),
        stat("Ready", "The gateway with least: whether it can serve.", now("min(fleet_openclaw_gateway_ready{GATEWAY})"), mappings=YES_IS_FINE),
        stat("Channels down", "Channels with an account that is not connected.", now("count(fleet_openclaw_channel_up{GATEWAY} == 0) or 0 * count(fleet_openclaw_channel_up{GATEWAY})"), thresholds=ANY_IS_BAD),
        stat("Crons that fail", "Jobs whose last run failed.", now("count(fleet_openclaw_cron_last_success{GATEWAY} == 0) or 0 * count(fleet_openclaw_cron_last_success{GATEWAY})"), thresholds=ANY_IS_ODD),
        stat("Sub-agents", "Sub-agents that run now.", now('sum(fleet_openclaw_subagent_runs{GATEWAY, status="running"})'), width=3),
        stat("Cost today", "In UTC, by the prices that the gateways know.", now('sum(fleet_openclaw_cost_usd{GATEWAY, window="today"})'), unit="currencyUSD", decimals=2),
        stat("This month, projected", "When it goes on as it has begun.", now("sum(fleet_openclaw_cost_projected_month_usd{GATEWAY})"), unit="currencyUSD", decimals=0, width=5),
    )),
    Row("", (
        table("Gateways", "Whether each lives and can serve; unknown: methods whose answers the exporter does not understand.", Label("gateway", "Gateway", (act_on("overview"),), 130), Label("host", "Host", (to_host(),), 130),
              Value("Live", f"max by ({G}) (fleet_openclaw_gateway_live{{GATEWAY}})", mappings=UP, cell=FILLED, width=70),
              Value("Ready", f"max by ({G}) (fleet_openclaw_gateway_ready{{GATEWAY}})", mappings=YES_IS_FINE, width=70),
              Value("Lets us in", f"max by ({G}) (fleet_openclaw_gateway_up{{GATEWAY}})", mappings=YES_IS_FINE, width=90),
              Value("", f"max by ({G}, version) (fleet_openclaw_info{{GATEWAY}})"), Label("version", "Version", width=100),
              Value("Up for", f"time() - max by ({G}) (fleet_openclaw_gateway_start_timestamp_seconds{{GATEWAY}})", "s", decimals=1, width=100),
              Value("Memory", f"max by ({G}) (fleet_openclaw_gateway_memory_rss_bytes{{GATEWAY}})", "bytes", width=100),
              Value("Loop busy", f"max by ({G}) (fleet_openclaw_gateway_event_loop_utilization_ratio{{GATEWAY}})", "percentunit", thresholds=SHARE, decimals=0, width=90),
              Value("Unknown", f"count by ({G}) (fleet_openclaw_schema_supported{{GATEWAY}} == 0) or 0 * max by ({G}) (fleet_openclaw_gateway_live{{GATEWAY}})", thresholds=ANY_IS_ODD, width=90), sort="Live", ascending=True, width=15, height=6),
        table("Channels", "Whether each is connected, and when the last message came in.", Label("channel", "Channel", width=100), Label("gateway", "Gateway", width=100),
              Value("State", f"max by ({G}, channel) (fleet_openclaw_channel_up{{GATEWAY}})", mappings=UP, cell=FILLED, width=70),
              Value("Last in", f"max by ({G}, channel) (fleet_openclaw_channel_last_inbound_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"),
              Value("Last out", f"max by ({G}, channel) (fleet_openclaw_channel_last_outbound_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"), Label("host", ""), sort="State", ascending=True, width=9, height=6),
    )),
    Row("Crons", (
        table("Crons", "The jobs of the gateways: those that fail first.", Label("name", "Cron"), Value("", f"max by ({CRON}, name, agent, schedule) (fleet_openclaw_cron_info{{GATEWAY}})"), Label("cron", ""),
              Label("gateway", "Gateway"), Label("agent", "Agent", width=90), Label("schedule", "Schedule"), Label("host", ""),
              Value("Enabled", f"max by ({CRON}) (fleet_openclaw_cron_enabled{{GATEWAY}})", mappings=YES, width=80),
              Value("Last run", f"max by ({CRON}) (fleet_openclaw_cron_last_run_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"),
              Value("Succeeded", f"max by ({CRON}) (fleet_openclaw_cron_last_success{{GATEWAY}})", mappings=YES_IS_FINE, width=90),
              Value("Delivered", f"max by ({CRON}) (fleet_openclaw_cron_last_delivered{{GATEWAY}})", mappings=YES_IS_FINE, width=90),
              Value("Failed in a row", f"max by ({CRON}) (fleet_openclaw_cron_consecutive_errors{{GATEWAY}})", thresholds=ANY_IS_ODD, width=135),
              Value("Took", f"max by ({CRON}) (fleet_openclaw_cron_last_duration_seconds{{GATEWAY}})", "s", decimals=1, width=90),
              Value("Next run", f"max by ({CRON}) (fleet_openclaw_cron_next_run_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"),
              Value("Overdue", f"clamp_min(time() - max by ({CRON}) (fleet_openclaw_cron_next_run_timestamp_seconds{{GATEWAY}}), 0)", "s", thresholds=OVERDUE, decimals=0, width=90), sort="Failed in a row", height=8),
    )),
    Row("Sessions and sub-agents", (
        graph("Sessions by type", "Sessions that the gateways keep.", Query("sum by (type) (fleet_openclaw_sessions{GATEWAY}) > 0", "{{type}}"), unit="short", stacked=True, width=8),
        graph("Context in use", "Of the model's context, by the fullest session of each agent. From 80 % on, answers get worse.",
              Query("max by (gateway, agent) (fleet_openclaw_session_context_ratio_max{GATEWAY})", "{{gateway}} {{agent}}"), unit="percentunit", top=1, width=8),
        bars("Fullest sessions", "Share of the model's context in use, of the 10 fullest among the last active sessions.", now("topk(10, fleet_openclaw_session_context_ratio{GATEWAY})", "{{session}}"),
             unit="percentunit", thresholds=PRESSURE, top=1),
        graph("Sub-agents", "Runs by status; ended ones among the newest only.", Query("sum by (status) (fleet_openclaw_subagent_runs{GATEWAY}) > 0", "{{status}}"), unit="short", width=8),
        graph("Oldest sub-agent", "How long the oldest one that still runs has been running, by agent.", Query("max by (agent) (time() - fleet_openclaw_subagent_oldest_running_timestamp_seconds{GATEWAY})", "{{agent}}"), unit="s", width=8),
        graph("Tasks", "Tasks on record that run, wait or went wrong.", Query('sum by (status) (fleet_openclaw_tasks{GATEWAY, status!="succeeded"})', "{{status}}"), unit="short", width=8),
    )),
    Row("Tokens and cost", (
        table("By model and agent", "Cost and tokens by the prices and counts that the gateways know.", Label("model", "Model", width=125), Label("agent", "Agent", width=95),
              Value("Today", 'sum by (model, agent) (fleet_openclaw_cost_usd{GATEWAY, window="today"})', "currencyUSD", decimals=2, width=75),
              Value("7 days", 'sum by (model, agent) (fleet_openclaw_cost_usd{GATEWAY, window="7d"})', "currencyUSD", decimals=2, width=75),
              Value("30 days", 'sum by (model, agent) (fleet_openclaw_cost_usd{GATEWAY, window="30d"})', "currencyUSD", decimals=2, width=80),
              Value("Tokens today", 'sum by (model, agent) (fleet_openclaw_tokens{GATEWAY, window="today"})', decimals=1, width=115), sort="Today", width=10, height=8),
        graph("Cost today", "Falls to zero at midnight UTC; dashed: the daily budget of fleet.yml.", Query('sum by (model) (fleet_openclaw_cost_usd{GATEWAY, window="today"})', "{{model}}"),
              Query('max(fleet_threshold{JOB, name="cost_daily_usd"})', "budget"), unit="currencyUSD", stacked=True, dashed="budget", width=7),
        graph("Tokens today", "By kind; cached ones cost less.", Query('sum by (token_type) (fleet_openclaw_tokens{GATEWAY, window="today"})', "{{token_type}}"), unit="short", stacked=True, width=7),
    )),
    Row("The gateways' processes", (
        graph("Lanes", "Runs that wait in each queue.", Query("sum by (lane) (fleet_openclaw_lane_queued{GATEWAY})", "{{lane}} waits"), Query("sum by (lane) (fleet_openclaw_lane_active{GATEWAY})", "{{lane}} runs"), unit="short", width=8),
        graph("Event loop", "How late the event loop is, 99th percentile.", Query(f"max by ({G}) (fleet_openclaw_gateway_event_loop_delay_seconds{{GATEWAY}})", "{{gateway}}"), unit="s", width=8),
        graph("Memory", "Resident memory and JavaScript heap.", Query(f"max by ({G}) (fleet_openclaw_gateway_memory_rss_bytes{{GATEWAY}})", "{{gateway}} resident"),
              Query(f"max by ({G}) (fleet_openclaw_gateway_memory_heap_used_bytes{{GATEWAY}})", "{{gateway}} heap"), unit="bytes", width=8),
        table("Quotas", "Subscriptions of model vendors, where they tell.", Label("provider", "Vendor"), Label("window", "Window"), Label("gateway", "Gateway"), Label("host", ""),
              Value("Used", f"max by ({G}, provider, window) (fleet_openclaw_quota_used_ratio{{GATEWAY}})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("Anew", f"max by ({G}, provider, window) (fleet_openclaw_quota_reset_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"), sort="Used", width=12, height=7),
        table("What keeps a gateway from being ready", "Parts that /readyz names.", Label("gateway", "Gateway"), Label("host", "Host", (to_host(),)), Value("", f"max by ({G}, dependency) (fleet_openclaw_gateway_failing{{GATEWAY}})"),
              Label("dependency", "Part"), sort="Gateway", ascending=True, width=12, height=7),
    ), closed=True),
), variables=("host", "gateway"))
