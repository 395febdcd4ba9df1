"""Agents: OpenClaw gateways with their channels, crons, sessions, sub-agents, tokens and cost."""
from dashboard import Dashboard, Row
from links import act_on, to_host
from panels import bars, graph, stat
from promql import Query, now
from tables import BAR, FILLED, Label, Value, table
from values import NO_IS_RED, ORANGE, ORANGE_FROM_1, RED_FROM_1, SHARE, UP, YELLOW, YES_IS_BLUE, steps

G = "host, gateway"
CRON = f"{G}, cron"
PRESSURE = steps((0.6, YELLOW), (0.8, ORANGE))
OVERDUE = steps((120, ORANGE))

DASHBOARD = Dashboard("agents", "Agents", "OpenClaw gateways: health, activity of their agents, and cost.", (
    Row("", (
        stat("Live", "Gateways that answer, and all gateways.", now("sum(fleet_openclaw_gateway_live{GATEWAY})", "live"), now("count(fleet_openclaw_gateway_live{GATEWAY})", "total"), width=4),
        stat("Ready", "Whether all gateways are ready to serve.", now("min(fleet_openclaw_gateway_ready{GATEWAY})"), mappings=NO_IS_RED),
        stat("Channels down", "Channels with a disconnected account.", now("count(fleet_openclaw_channel_up{GATEWAY} == 0) or 0 * count(fleet_openclaw_channel_up{GATEWAY})"), thresholds=RED_FROM_1),
        stat("Failing crons", "Crons whose last run failed.", now("count(fleet_openclaw_cron_last_success{GATEWAY} == 0) or 0 * count(fleet_openclaw_cron_last_success{GATEWAY})"), thresholds=ORANGE_FROM_1),
        stat("Sub-agents", "Running sub-agents.", now('sum(fleet_openclaw_subagent_runs{GATEWAY, status="running"})'), width=3),
        stat("Cost today", "Since midnight UTC, at the prices that the gateways report.", now('sum(fleet_openclaw_cost_usd{GATEWAY, window="today"})'), unit="currencyUSD", decimals=2),
        stat("Projected this month", "Cost of this month if it continues at its rate so far.", now("sum(fleet_openclaw_cost_projected_month_usd{GATEWAY})"), unit="currencyUSD", decimals=0, width=5),
    )),
    Row("", (
        table("Gateways", "Liveness, readiness and authentication. Unsupported: methods whose answers the exporter does not understand.", Label("gateway", "Gateway", (act_on("overview"),), 120), Label("host", "Host", (to_host(),), 120),
              Value("Live", f"max by ({G}) (fleet_openclaw_gateway_live{{GATEWAY}})", mappings=UP, cell=FILLED, width=70),
              Value("Ready", f"max by ({G}) (fleet_openclaw_gateway_ready{{GATEWAY}})", mappings=NO_IS_RED, width=70),
              Value("Authenticated", f"max by ({G}) (fleet_openclaw_gateway_up{{GATEWAY}})", mappings=NO_IS_RED, width=115),
              Value("", f"max by ({G}, version) (fleet_openclaw_info{{GATEWAY}})"), Label("version", "Version", width=100),
              Value("Uptime", f"time() - max by ({G}) (fleet_openclaw_gateway_start_timestamp_seconds{{GATEWAY}})", "s", decimals=1, width=90),
              Value("Memory", f"max by ({G}) (fleet_openclaw_gateway_memory_rss_bytes{{GATEWAY}})", "bytes", width=100),
              Value("Event loop", f"max by ({G}) (fleet_openclaw_gateway_event_loop_utilization_ratio{{GATEWAY}})", "percentunit", thresholds=SHARE, decimals=0, width=90),
              Value("Unsupported", f"count by ({G}) (fleet_openclaw_schema_supported{{GATEWAY}} == 0) or 0 * max by ({G}) (fleet_openclaw_gateway_live{{GATEWAY}})", thresholds=ORANGE_FROM_1, width=105), sort="Live", ascending=True, width=15, height=6),
        table("Channels", "Connection state, and age of the last messages.", Label("channel", "Channel", width=100), Label("gateway", "Gateway", width=100),
              Value("State", f"max by ({G}, channel) (fleet_openclaw_channel_up{{GATEWAY}})", mappings=UP, cell=FILLED, width=70),
              Value("Last inbound", f"max by ({G}, channel) (fleet_openclaw_channel_last_inbound_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"),
              Value("Last outbound", f"max by ({G}, channel) (fleet_openclaw_channel_last_outbound_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"), Label("host", ""), sort="State", ascending=True, width=9, height=6),
    )),
    Row("Crons", (
        table("Crons", "Crons of the gateways, failing ones first.", Label("name", "Cron"), Value("", f"max by ({CRON}, name, agent, schedule) (fleet_openclaw_cron_info{{GATEWAY}})"), Label("cron", ""),
              Label("gateway", "Gateway"), Label("agent", "Agent", width=90), Label("schedule", "Schedule"), Label("host", ""),
              Value("Enabled", f"max by ({CRON}) (fleet_openclaw_cron_enabled{{GATEWAY}})", mappings=YES_IS_BLUE, width=80),
              Value("Last run", f"max by ({CRON}) (fleet_openclaw_cron_last_run_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"),
              Value("Succeeded", f"max by ({CRON}) (fleet_openclaw_cron_last_success{{GATEWAY}})", mappings=NO_IS_RED, width=90),
              Value("Delivered", f"max by ({CRON}) (fleet_openclaw_cron_last_delivered{{GATEWAY}})", mappings=NO_IS_RED, width=90),
              Value("Consecutive failures", f"max by ({CRON}) (fleet_openclaw_cron_consecutive_errors{{GATEWAY}})", thresholds=ORANGE_FROM_1, width=165),
              Value("Duration", f"max by ({CRON}) (fleet_openclaw_cron_last_duration_seconds{{GATEWAY}})", "s", decimals=1, width=90),
              Value("Next run", f"max by ({CRON}) (fleet_openclaw_cron_next_run_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"),
              Value("Overdue", f"clamp_min(time() - max by ({CRON}) (fleet_openclaw_cron_next_run_timestamp_seconds{{GATEWAY}}), 0)", "s", thresholds=OVERDUE, decimals=0, width=90), sort="Consecutive failures", height=8),
    )),
    Row("OpenClaw sessions and sub-agents", (
        graph("OpenClaw sessions by type", "Sessions that the gateways keep.", Query("sum by (type) (fleet_openclaw_sessions{GATEWAY}) > 0", "{{type}}"), unit="short", stacked=True, width=8),
        graph("Context in use", "Share of the model's context window in the fullest OpenClaw session of each agent. Above 80 %, answers get worse.",
              Query("max by (gateway, agent) (fleet_openclaw_session_context_ratio_max{GATEWAY})", "{{gateway}} {{agent}}"), unit="percentunit", top=1, width=8),
        bars("Fullest OpenClaw sessions", "Share of the model's context window in use; the 10 fullest of the recently active sessions.", now("topk(10, fleet_openclaw_session_context_ratio{GATEWAY})", "{{session}}"),
             unit="percentunit", thresholds=PRESSURE, top=1),
        graph("Sub-agents", "Runs by status; of the ended runs, only the newest are counted.", Query("sum by (status) (fleet_openclaw_subagent_runs{GATEWAY}) > 0", "{{status}}"), unit="short", width=8),
        graph("Oldest sub-agent", "Run time of the oldest running sub-agent, by agent.", Query("max by (agent) (time() - fleet_openclaw_subagent_oldest_running_timestamp_seconds{GATEWAY})", "{{agent}}"), unit="s", width=8),
        graph("Tasks", "Recorded tasks by status, without succeeded ones.", Query('sum by (status) (fleet_openclaw_tasks{GATEWAY, status!="succeeded"})', "{{status}}"), unit="short", width=8),
    )),
    Row("Tokens and cost", (
        table("Cost by model and agent", "Cost and tokens as the gateways report them.", Label("model", "Model", width=125), Label("agent", "Agent", width=95),
              Value("Today", 'sum by (model, agent) (fleet_openclaw_cost_usd{GATEWAY, window="today"})', "currencyUSD", decimals=2, width=75),
              Value("7 days", 'sum by (model, agent) (fleet_openclaw_cost_usd{GATEWAY, window="7d"})', "currencyUSD", decimals=2, width=75),
              Value("30 days", 'sum by (model, agent) (fleet_openclaw_cost_usd{GATEWAY, window="30d"})', "currencyUSD", decimals=2, width=80),
              Value("Tokens today", 'sum by (model, agent) (fleet_openclaw_tokens{GATEWAY, window="today"})', decimals=1, width=115), sort="Today", width=10, height=8),
        graph("Cost today", "Resets at midnight UTC. Dashed: budgets of a day, or cost_daily_usd where there are none.", Query('sum by (model) (fleet_openclaw_cost_usd{GATEWAY, window="today"})', "{{model}}"),
              Query('sum(max by (host, gateway) (fleet_budget_usd{GATEWAY, agent="", cron="", period="day"})) or max(fleet_threshold{JOB, name="cost_daily_usd"})', "budget"), unit="currencyUSD", stacked=True, dashed="budget", width=7),
        graph("Tokens today", "By token type; cached tokens cost less.", Query('sum by (token_type) (fleet_openclaw_tokens{GATEWAY, window="today"})', "{{token_type}}"), unit="short", stacked=True, width=7),
    )),
    Row("Gateway processes", (
        graph("Lanes", "Queued and active runs of each lane.", Query("sum by (lane) (fleet_openclaw_lane_queued{GATEWAY})", "{{lane}} queued"), Query("sum by (lane) (fleet_openclaw_lane_active{GATEWAY})", "{{lane}} active"), unit="short", width=8),
        graph("Event loop delay", "99th percentile of the event loop delay.", Query(f"max by ({G}) (fleet_openclaw_gateway_event_loop_delay_seconds{{GATEWAY}})", "{{gateway}}"), unit="s", width=8),
        graph("Memory", "Resident memory and JavaScript heap.", Query(f"max by ({G}) (fleet_openclaw_gateway_memory_rss_bytes{{GATEWAY}})", "{{gateway}} resident"),
              Query(f"max by ({G}) (fleet_openclaw_gateway_memory_heap_used_bytes{{GATEWAY}})", "{{gateway}} heap"), unit="bytes", width=8),
        table("Quotas", "Subscription quotas of model vendors, where reported.", Label("provider", "Vendor"), Label("window", "Window"), Label("gateway", "Gateway"), Label("host", ""),
              Value("Used", f"max by ({G}, provider, window) (fleet_openclaw_quota_used_ratio{{GATEWAY}})", "percentunit", BAR, SHARE, top=1, decimals=0),
              Value("Resets", f"max by ({G}, provider, window) (fleet_openclaw_quota_reset_timestamp_seconds{{GATEWAY}}) * 1000", "dateTimeFromNow"), sort="Used", width=12, height=7),
        table("Failing dependencies", "Dependencies that /readyz of a gateway reports as failing.", Label("gateway", "Gateway"), Label("host", "Host", (to_host(),)), Value("", f"max by ({G}, dependency) (fleet_openclaw_gateway_failing{{GATEWAY}})"),
              Label("dependency", "Dependency"), sort="Gateway", ascending=True, width=12, height=7),
    ), closed=True),
), variables=("host", "gateway"))
