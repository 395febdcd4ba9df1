"""AI services and model servers: up, loading or failing, how fast, and how busy the llama.cpp servers are."""
from dashboard import Dashboard, Row
from links import act_on, to_host
from panels import graph, stat, timeline
from promql import Query, mean, most, now, state
from tables import BAR, FILLED, Label, Value, table
from values import ANY_IS_BAD, ANY_IS_ODD, GREEN, GREY, ORANGE, RED, SERVICE_STATE, YES, steps

STATES = ("loading", "error")
SERVICE, PROVIDER = "host, service", "host, provider"
EXPIRES = steps((7, ORANGE), (21, "text"), base=RED)


def count(family: str, value: str) -> str:
    return f'sum({family}{{HOST, state="{value}"}})'


DASHBOARD = Dashboard("services", "AI services", "AI services and model servers: up, loading or failing, how fast, how busy.", (
    Row("", (
        stat("Services", "What the AI services say of themselves.", now(count("fleet_service_state", "ok"), "ok"), now(count("fleet_service_state", "loading"), "loading"), width=5),
        stat("Services that fail", "Services that say so, or do not answer.", now(count("fleet_service_state", "error")), thresholds=ANY_IS_BAD, width=3),
        stat("Model servers", "What the model servers say of themselves.", now(count("fleet_provider_state", "ok"), "ok"), now(count("fleet_provider_state", "loading"), "loading"), width=5),
        stat("Model servers that fail", "Model servers that say so, or do not answer.", now(count("fleet_provider_state", "error")), thresholds=ANY_IS_BAD, width=4),
        stat("Slots busy", "Places for requests of all llama.cpp servers that are in use.",
             now('sum(fleet_llamacpp_slots{HOST, state="busy"}) / sum(fleet_llamacpp_slots{HOST})'), unit="percentunit", decimals=0, width=3),
        stat("Requests that wait", "Requests to llama.cpp servers that wait for a slot.", now("sum(fleet_llamacpp_requests_deferred{HOST})"), thresholds=ANY_IS_ODD, width=4),
    )),
    Row("", (
        table("AI services", "Those that fail first; failed: polls in a row.", Label("service", "Service", (act_on("overview"),), 130), Label("host", "Host", (to_host(),), 130),
              Value("State", f"max by ({SERVICE}) ({state('fleet_service_state', 'HOST', 'state', STATES)})", mappings=SERVICE_STATE, cell=FILLED, width=90),
              Value("", f"max by ({SERVICE}, reason) (fleet_service_failure{{HOST}} == 1)"), Label("reason", "Reason", width=130),
              Value("", f"max by ({SERVICE}, model) (fleet_service_info{{HOST}})"), Label("model", "Model"),
              Value("Took", f"sum by ({SERVICE}) (fleet_service_probe_duration_seconds{{HOST}})", "s", decimals=1, width=80),
              Value("Failed", f"max by ({SERVICE}) (fleet_service_consecutive_failures{{HOST}})", thresholds=ANY_IS_ODD, width=75), sort="State", width=12, height=9),
        table("Model servers", "Those that fail first; failed: polls in a row.", Label("provider", "Server", (act_on("overview"),), 130), Label("host", "Host", (to_host(),), 130),
              Value("State", f"max by ({PROVIDER}) ({state('fleet_provider_state', 'HOST', 'state', STATES)})", mappings=SERVICE_STATE, cell=FILLED, width=90),
              Value("", f"max by ({PROVIDER}, reason) (fleet_provider_failure{{HOST}} == 1)"), Label("reason", "Reason", width=130),
              Value("", f"max by ({PROVIDER}, kind, version) (fleet_provider_info{{HOST}})"), Label("kind", "Kind", width=90), Label("version", "Version"),
              Value("Took", f"max by ({PROVIDER}) (fleet_provider_probe_duration_seconds{{HOST}})", "s", decimals=1, width=80),
              Value("Failed", f"max by ({PROVIDER}) (fleet_provider_consecutive_failures{{HOST}})", thresholds=ANY_IS_ODD, width=75), sort="State", width=12, height=9),
        timeline("States of services", "What each service said of itself. The 24 that were not ok for longest.",
                 Query(most(24, f"max by ({SERVICE}) ({state('fleet_service_state', 'HOST', 'state', STATES)})",
                            f"""sum by ({SERVICE}) ({mean('fleet_service_state{HOST, state!="ok"}')})""", SERVICE), "{{service}}"), mappings=SERVICE_STATE, width=12, height=9),
        timeline("States of model servers", "What each server said of itself. The 24 that were not ok for longest.",
                 Query(most(24, f"max by ({PROVIDER}) ({state('fleet_provider_state', 'HOST', 'state', STATES)})",
                            f"""sum by ({PROVIDER}) ({mean('fleet_provider_state{HOST, state!="ok"}')})""", PROVIDER), "{{provider}}"), mappings=SERVICE_STATE, width=12, height=9),
    )),
    Row("How fast they answer", (
        graph("Slowest services", "Time of the last good poll, from resolving to the end of the answer; the 10 slowest over the time shown.",
              Query(most(10, "service:fleet_service_probe_duration_seconds:sum{HOST}", mean("service:fleet_service_probe_duration_seconds:sum{HOST}"), SERVICE), "{{service}}"), unit="s"),
        graph("Where the time goes", "Phases of a poll, the average of all services.", Query("avg by (phase) (fleet_service_probe_duration_seconds{HOST})", "{{phase}}"), unit="s", stacked=True),
    )),
    Row("llama.cpp", (
        graph("Slots", "Places for requests, by what they do.", Query("sum by (state) (fleet_llamacpp_slots{HOST})", "{{state}}"), Query("sum(fleet_llamacpp_requests_deferred{HOST})", "requests that wait"),
              unit="short", colors={"busy": GREEN, "idle": GREY, "requests that wait": ORANGE}, width=8),
        graph("Tokens generated", "Tokens a second, by server.", Query("sum by (provider) (rate(fleet_llamacpp_generated_tokens_total{HOST}[$__rate_interval]))", "{{provider}}"), unit="suffix: tok/s", width=8),
        graph("Prompts worked on", "Tokens of prompts a second, by server.", Query("sum by (provider) (rate(fleet_llamacpp_prompt_tokens_total{HOST}[$__rate_interval]))", "{{provider}}"), unit="suffix: tok/s", width=8),
        table("Models", "What each llama.cpp server has in memory, and the speed it measures itself.", Label("model", "Model"), Label("provider", "Server", width=120), Label("host", "Host", (to_host(),), 130),
              Value("Loaded", "max by (host, provider, model) (fleet_llamacpp_model_loaded{HOST})", mappings=YES, width=80),
              Value("Generates", "max by (host, provider, model) (fleet_llamacpp_generated_tokens_per_second{HOST})", "suffix: tok/s", decimals=1, width=110),
              Value("Reads", "max by (host, provider, model) (fleet_llamacpp_prompt_tokens_per_second{HOST})", "suffix: tok/s", decimals=0, width=110), sort="Loaded", width=14, height=7),
        table("Busy", "Slots in use, of each server.", Label("provider", "Server"), Label("host", "Host", (to_host(),)),
              Value("Slots busy", 'sum by (host, provider) (fleet_llamacpp_slots{HOST, state="busy"}) / sum by (host, provider) (fleet_llamacpp_slots{HOST})', "percentunit", BAR, steps(), top=1, decimals=0),
              Value("Wait", "sum by (host, provider) (fleet_llamacpp_requests_deferred{HOST})", thresholds=ANY_IS_ODD, width=70), sort="Slots busy", width=10, height=7),
    )),
    Row("Certificates", (
        table("Certificates", "Days until the certificate that was shown runs out.", Label("name", "Name"), Label("host", "Host", (to_host(),)),
              Value("Days left", """
                  ((label_replace(max by (host, service) (fleet_service_certificate_expiry_timestamp_seconds{HOST}), "name", "$1", "service", "(.+)")
                  or label_replace(max by (host, provider) (fleet_provider_certificate_expiry_timestamp_seconds{HOST}), "name", "$1", "provider", "(.+)")) - time()) / 86400""",
                    thresholds=EXPIRES, decimals=0), Label("service", ""), Label("provider", ""), sort="Days left", ascending=True, height=7),
    ), closed=True),
))
