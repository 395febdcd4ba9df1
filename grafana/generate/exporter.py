"""Exporter health: whether the watcher itself is well."""
from dashboard import Dashboard, Row
from links import OF_SERIES, to_host
from panels import graph, stat
from promql import Query, mean, most, now
from tables import FILLED, Label, Value, table
from values import ANY_IS_BAD, ANY_IS_ODD, UP, YES_IS_FINE

BY = "host, collector, target"

# A duration is NaN while nothing was timed; one such series would keep the graph from drawing the others.
NOT_NAN = ">= 0"

DASHBOARD = Dashboard("exporter", "Exporter health", "Whether the watcher itself is well: collectors, scrapes, its own memory and threads, and what people did with it.", (
    Row("", (
        stat("Exporter", "Whether Prometheus can scrape it.", now('min(up{JOB, job!~"prometheus|alertmanager"})'), mappings=UP, background=True),
        stat("Collectors that fail", "Of all hosts, services and tunnels.", now("count(fleet_collector_success{HOST} == 0) or 0 * count(fleet_collector_success{HOST})"), thresholds=ANY_IS_ODD),
        stat("Configuration", "Whether the last reload of fleet.yml succeeded; if not, the previous configuration stays active.",
             now("min(fleet_config_last_reload_success{JOB})"), mappings=YES_IS_FINE),
        stat("Series dropped", "Samples left out in the time shown because a family reached its limit of series per target, or a target sent a series twice.", now("sum(increase(fleet_series_dropped_total{JOB}[$__range]))"), decimals=0, thresholds=ANY_IS_ODD),
        stat("Samples a scrape", "How many samples the exporter's page has.", now("sum(scrape_samples_scraped{JOB} and on (job, instance) fleet_build_info{JOB})")),
        stat("Memory", "Resident memory of the exporter, without its ssh clients.",
             now("sum(process_working_set_bytes{JOB} and on (job, instance) fleet_build_info{JOB})"), unit="bytes"),
        stat("Up for", "Time since the exporter was started.", now("time() - max(process_start_time_seconds{JOB} and on (job, instance) fleet_build_info{JOB})"), unit="s", decimals=1),
        stat("Audit failures", "Control calls that could not be audited in the time shown.", now("sum(increase(fleet_audit_failures_total{JOB}[$__range]))"), decimals=0, thresholds=ANY_IS_BAD),
    )),
    Row("Collectors", (
        table("Collectors that fail", "What fails now, and since when. Nothing here is good news.", Label("host", "Host", (to_host(),)), Label("collector", "Collector"), Label("target", "Of"),
              Value("Succeeds", f"max by ({BY}) (fleet_collector_success{{HOST}} == 0)", mappings=YES_IS_FINE, cell=FILLED, width=90),
              Value("Last success", f"max by ({BY}) (fleet_collector_last_success_timestamp_seconds{{HOST}} * 1000 and on (job, {BY}) fleet_collector_success{{HOST}} == 0)", "dateTimeFromNow"),
              sort="Host", ascending=True, width=12, height=9),
        graph("Failures by reason", "Failed attempts a second.", Query("sum by (reason) (rate(fleet_collector_failures_total{HOST}[$__rate_interval]))", "{{reason}}"), unit="cps", stacked=True, height=9),
        graph("Slowest collectors", "Time the last answer took; the 10 slowest over the time shown.",
              Query(most(10, "fleet_collector_duration_seconds{HOST}", mean("fleet_collector_duration_seconds{HOST}"), BY), "{{host}} {{collector}} {{target}}"), unit="s", side=True, links=[to_host(OF_SERIES)]),
        graph("Oldest answers", "Time since the last success of the 10 that are oldest now. What a host is, and its filesystems, are asked more seldom than the rest.",
              Query(most(10, "time() - fleet_collector_last_success_timestamp_seconds{HOST}", "time() - fleet_collector_last_success_timestamp_seconds{HOST} @ end()", BY), "{{host}} {{collector}} {{target}}"),
              unit="s", side=True, links=[to_host(OF_SERIES)]),
        graph("Connections made anew", "Reconnects a second, of the 10 hosts with most.",
              Query(most(10, "rate(fleet_ssh_reconnects_total{HOST}[$__rate_interval])", "increase(fleet_ssh_reconnects_total{HOST}[$__range] @ end())"), "{{host}}"), unit="cps"),
        graph("Clocks", "How far the hosts' clocks are from the exporter's, of the 10 that are farthest.",
              Query(most(10, "fleet_host_clock_offset_seconds{HOST}", "abs(avg_over_time(fleet_host_clock_offset_seconds{HOST}[$__range] @ end()))"), "{{host}}"), unit="s", low=None),
    )),
    Row("The process", (
        graph("Scrapes", "Time that Prometheus needs for the exporter's page.", Query("max by (job) (scrape_duration_seconds{JOB} and on (job, instance) fleet_build_info{JOB})", "{{job}}"), unit="s", width=8),
        graph("CPU", "CPUs that the exporter uses, without its ssh clients, and the share of time for which garbage collections stop it.",
              Query("sum(rate(process_cpu_seconds_total{JOB}[$__rate_interval]) and on (job, instance) fleet_build_info{JOB})", "CPUs"),
              Query("sum(rate(dotnet_gc_pause_seconds_total{JOB}[$__rate_interval]))", "stopped by GC"), unit="percentunit", width=8),
        graph("Memory", "Resident memory and the managed heap in it.",
              Query("sum(process_working_set_bytes{JOB} and on (job, instance) fleet_build_info{JOB})", "resident"),
              Query("sum(dotnet_total_memory_bytes{JOB})", "managed heap"), unit="bytes", width=8),
        graph("Garbage collections", "Garbage collections per second by generation.",
              Query("sum by (generation) (rate(dotnet_collection_count_total{JOB}[$__rate_interval]))", "generation {{generation}}"), unit="ops", width=8),
        graph("Allocated", "Managed memory, a second.", Query("sum(rate(dotnet_gc_allocated_bytes_total{JOB}[$__rate_interval]))", "allocated"), unit="Bps", width=8),
        graph("Threads and files", "Threads, those of the thread pool, work items queued to it, and open file descriptors.",
              Query("sum(process_num_threads{JOB} and on (job, instance) fleet_build_info{JOB})", "threads"),
              Query("sum(dotnet_threadpool_threads{JOB})", "thread pool"),
              Query("sum(dotnet_threadpool_queue_length{JOB})", "queued"),
              Query("sum(process_open_handles{JOB} and on (job, instance) fleet_build_info{JOB})", "open files"), unit="short", width=8),
    )),
    Row("Polling, requests, store", (
        graph("Poll phases", "Mean duration of each phase of polling hosts.", Query(
            "sum by (phase) (rate(fleet_poll_phase_duration_seconds_sum{JOB}[$__rate_interval]))"
            f" / sum by (phase) (rate(fleet_poll_phase_duration_seconds_count{{JOB}}[$__rate_interval])) {NOT_NAN}", "{{phase}}"), unit="s"),
        graph("Store operations", "95th percentile of the duration of reads and writes.", Query(
            f"histogram_quantile(0.95, sum by (operation, le) (rate(fleet_store_operation_duration_seconds_bucket{{JOB}}[$__rate_interval]))) {NOT_NAN}",
            "{{operation}}"), unit="s"),
        graph("HTTP requests", "Requests per second by status code.", Query(
            "sum by (code) (rate(http_requests_received_total{JOB}[$__rate_interval]))", "{{code}}"), unit="reqps", stacked=True),
        graph("HTTP request duration", "95th percentile, of the 8 routes with most requests. Streams are left out.", Query(
            "histogram_quantile(0.95, sum by (endpoint, le) (rate(http_request_duration_seconds_bucket{JOB}[$__rate_interval])"
            " and on (endpoint) topk(8, sum by (endpoint) (increase(http_request_duration_seconds_count{JOB}[$__range] @ end()))))) " + NOT_NAN,
            "{{endpoint}}"), unit="s"),
    )),
    Row("What people and programs do", (
        graph("Control calls", "Calls that change something, and tries to get in, a second, of the 8 kinds with most.", Query(
            most(8, "rate(fleet_control_requests_total{JOB}[$__rate_interval])", "increase(fleet_control_requests_total{JOB}[$__range] @ end())", "action, outcome"), "{{action}} {{outcome}}"), unit="cps", width=8),
        graph("Commands", "How long commands on hosts take.", Query("histogram_quantile(0.5, sum by (le) (rate(fleet_exec_duration_seconds_bucket{JOB}[$__rate_interval])))", "half of them"),
              Query("histogram_quantile(0.95, sum by (le) (rate(fleet_exec_duration_seconds_bucket{JOB}[$__rate_interval])))", "95 % of them"), unit="s", width=8),
        graph("Samples pushed", "Samples that devices and gateways send, a second, by source and outcome.", Query("sum by (source, outcome) (rate(fleet_ingest_samples_total{JOB}[$__rate_interval]))", "{{source}} {{outcome}}"), unit="cps", width=8),
        graph("Streams", "Browsers and programs that listen to live streams.", Query("sum(fleet_stream_clients{JOB})", "clients"), unit="short", width=8),
        graph("Audit", "Rows added, and calls that could not be audited, a second.", Query("sum(rate(fleet_audit_events_total{JOB}[$__rate_interval]))", "added"),
              Query("sum(rate(fleet_audit_failures_total{JOB}[$__rate_interval]))", "failed"), unit="cps", width=8),
        table("Version", "Which version of the exporter runs.", Label("version", "Version"), Label("commit", "Commit"), Value("", "max by (job, version, commit) (fleet_build_info{JOB})"), Label("job", "Job"), sort="Job", ascending=True, width=8, height=8),
    )),
))
