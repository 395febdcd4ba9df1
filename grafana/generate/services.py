"""AI services and model servers: state, latency, and load of the llama.cpp servers."""
from dashboard import Dashboard, Row
from links import act_on, to_host
from panels import graph, stat, timeline
from promql import Query, mean, now, state, top_series
from tables import BAR, FILLED, Label, Value, table
from values import GREEN, GREY, ORANGE, ORANGE_FROM_1, RED, RED_FROM_1, SERVICE_STATE, YES_IS_BLUE, steps

STATES = ("loading", "error")
SERVICE, PROVIDER = "host, service", "host, provider"
EXPIRES = steps((7, ORANGE), (21, "text"), base=RED)


def count(family: str, value: str) -> str:
    return f'sum({family}{{HOST, state="{value}"}})'


DASHBOARD = Dashboard("services", "AI services", "AI services and model servers: state, latency and load.", (
    Row("", (
        stat("Services", "AI services by reported state.", now(count("fleet_service_state", "ok"), "ok"), now(count("fleet_service_state", "loading"), "loading"), width=5),
        stat("Failing services", "AI services that report an error or do not answer.", now(count("fleet_service_state", "error")), thresholds=RED_FROM_1, width=3),
        stat("Model servers", "Model servers by reported state.", now(count("fleet_provider_state", "ok"), "ok"), now(count("fleet_provider_state", "loading"), "loading"), width=5),
        stat("Failing model servers", "Model servers that report an error or do not answer.", now(count("fleet_provider_state", "error")), thresholds=RED_FROM_1, width=4),
        stat("Busy slots", "Share of the slots of all llama.cpp servers that are in use.",
             now('sum(fleet_llamacpp_slots{HOST, state="busy"}) / sum(fleet_llamacpp_slots{HOST})'), unit="percentunit", decimals=0, width=3),
        stat("Deferred requests", "Requests that wait for a free slot of a llama.cpp server.", now("sum(fleet_llamacpp_requests_deferred{HOST})"), thresholds=ORANGE_FROM_1, width=4),
    )),
    Row("", (
        table("AI services", "Failing ones first. Failed polls: consecutive ones.", Label("service", "Service", (act_on("overview"),), 130), Label("host", "Host", (to_host(),), 130),
              Value("State", f"max by ({SERVICE}) ({state('fleet_service_state', 'HOST', 'state', STATES)})", mappings=SERVICE_STATE, cell=FILLED, width=90),
              Value("", f"max by ({SERVICE}, reason) (fleet_service_failure{{HOST}} == 1)"), Label("reason", "Reason", width=130),
              Value("", f"max by ({SERVICE}, model) (fleet_service_info{{HOST}})"), Label("model", "Model"),
              Value("Duration", f"sum by ({SERVICE}) (fleet_service_probe_duration_seconds{{HOST}})", "s", decimals=1, width=85),
              Value("Failed polls", f"max by ({SERVICE}) (fleet_service_consecutive_failures{{HOST}})", thresholds=ORANGE_FROM_1, width=95), sort="State", width=12, height=9),
        table("Model servers", "Failing ones first. Failed polls: consecutive ones.", Label("provider", "Server", (act_on("overview"),), 130), Label("host", "Host", (to_host(),), 130),
              Value("State", f"max by ({PROVIDER}) ({state('fleet_provider_state', 'HOST', 'state', STATES)})", mappings=SERVICE_STATE, cell=FILLED, width=90),
              Value("", f"max by ({PROVIDER}, reason) (fleet_provider_failure{{HOST}} == 1)"), Label("reason", "Reason", width=130),
              Value("", f"max by ({PROVIDER}, kind, version) (fleet_provider_info{{HOST}})"), Label("kind", "Kind", width=90), Label("version", "Version"),
              Value("Duration", f"max by ({PROVIDER}) (fleet_provider_probe_duration_seconds{{HOST}})", "s", decimals=1, width=85),
              Value("Failed polls", f"max by ({PROVIDER}) (fleet_provider_consecutive_failures{{HOST}})", thresholds=ORANGE_FROM_1, width=95), sort="State", width=12, height=9),
        timeline("Service states", "Reported state; the 24 services that were longest not ok.",
                 Query(top_series(24, f"max by ({SERVICE}) ({state('fleet_service_state', 'HOST', 'state', STATES)})",
                            f"""sum by ({SERVICE}) ({mean('fleet_service_state{HOST, state!="ok"}')})""", SERVICE), "{{service}}"), mappings=SERVICE_STATE, width=12, height=9),
        timeline("Model server states", "Reported state; the 24 model servers that were longest not ok.",
                 Query(top_series(24, f"max by ({PROVIDER}) ({state('fleet_provider_state', 'HOST', 'state', STATES)})",
                            f"""sum by ({PROVIDER}) ({mean('fleet_provider_state{HOST, state!="ok"}')})""", PROVIDER), "{{provider}}"), mappings=SERVICE_STATE, width=12, height=9),
    )),
    Row("Latency", (
        graph("Slowest services", "Duration of the last successful poll, from DNS lookup to the end of the response; the 10 slowest in the selected time range.",
              Query(top_series(10, "service:fleet_service_probe_duration_seconds:sum{HOST}", mean("service:fleet_service_probe_duration_seconds:sum{HOST}"), SERVICE), "{{service}}"), unit="s"),
        graph("Poll phases", "Duration of each phase of a poll, averaged over all services.", Query("avg by (phase) (fleet_service_probe_duration_seconds{HOST})", "{{phase}}"), unit="s", stacked=True),
    )),
    Row("llama.cpp", (
        graph("Slots", "Slots by state, and requests that wait for one.", Query("sum by (state) (fleet_llamacpp_slots{HOST})", "{{state}}"), Query("sum(fleet_llamacpp_requests_deferred{HOST})", "deferred requests"),
              unit="short", colors={"busy": GREEN, "idle": GREY, "deferred requests": ORANGE}, width=8),
        graph("Generated tokens", "Generated tokens per second, by server.", Query("sum by (provider) (rate(fleet_llamacpp_generated_tokens_total{HOST}[$__rate_interval]))", "{{provider}}"), unit="suffix: tok/s", width=8),
        graph("Prompt tokens", "Processed prompt tokens per second, by server.", Query("sum by (provider) (rate(fleet_llamacpp_prompt_tokens_total{HOST}[$__rate_interval]))", "{{provider}}"), unit="suffix: tok/s", width=8),
        table("Models", "Models of each llama.cpp server, and the speed that the server reports.", Label("model", "Model"), Label("provider", "Server", width=120), Label("host", "Host", (to_host(),), 130),
              Value("Loaded", "max by (host, provider, model) (fleet_llamacpp_model_loaded{HOST})", mappings=YES_IS_BLUE, width=80),
              Value("Generation", "max by (host, provider, model) (fleet_llamacpp_generated_tokens_per_second{HOST})", "suffix: tok/s", decimals=1, width=110),
              Value("Prompt", "max by (host, provider, model) (fleet_llamacpp_prompt_tokens_per_second{HOST})", "suffix: tok/s", decimals=0, width=110), sort="Loaded", width=14, height=7),
        table("Slots by server", "Busy slots and deferred requests of each server.", Label("provider", "Server"), Label("host", "Host", (to_host(),)),
              Value("Busy slots", 'sum by (host, provider) (fleet_llamacpp_slots{HOST, state="busy"}) / sum by (host, provider) (fleet_llamacpp_slots{HOST})', "percentunit", BAR, steps(), top=1, decimals=0),
              Value("Deferred", "sum by (host, provider) (fleet_llamacpp_requests_deferred{HOST})", thresholds=ORANGE_FROM_1, width=85), sort="Busy slots", width=10, height=7),
    )),
    Row("Certificates", (
        table("Certificates", "Days until the TLS certificate of the service expires.", Label("name", "Name"), Label("host", "Host", (to_host(),)),
              Value("Days left", """
                  ((label_replace(max by (host, service) (fleet_service_certificate_expiry_timestamp_seconds{HOST}), "name", "$1", "service", "(.+)")
                  or label_replace(max by (host, provider) (fleet_provider_certificate_expiry_timestamp_seconds{HOST}), "name", "$1", "provider", "(.+)")) - time()) / 86400""",
                    thresholds=EXPIRES, decimals=0), Label("service", ""), Label("provider", ""), sort="Days left", ascending=True, height=7),
    ), closed=True),
))
