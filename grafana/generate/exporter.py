"""Exporter health: collectors, scrapes, process, store, requests and control calls."""
from dashboard import Dashboard, Row
from links import OF_SERIES, to_host
from panels import graph, stat
from promql import Query, mean, now, top_series
from tables import FILLED, Label, Value, table
from values import NO_IS_RED, ORANGE_FROM_1, RED_FROM_1, UP

BY = "host, collector, target"

# A duration is NaN until something was timed; one NaN series would keep the graph from drawing the others.
NOT_NAN = ">= 0"

DASHBOARD = Dashboard("exporter", "Exporter health", "Health of the exporter: collectors, scrapes, process, store, requests and control calls.", (
    Row("", (
        stat("Exporter", "Whether Prometheus can scrape the exporter.", now('min(up{JOB, job!~"prometheus|alertmanager"})'), mappings=UP, background=True),
        stat("Failing collectors", "Failing collectors of all hosts and targets.", now("count(fleet_collector_success{HOST} == 0) or 0 * count(fleet_collector_success{HOST})"), thresholds=ORANGE_FROM_1),
        stat("Configuration", "Whether the last reload of fleet.yml succeeded; if not, the previous configuration stays active.",
             now("min(fleet_config_last_reload_success{JOB})"), mappings=NO_IS_RED),
        stat("Dropped series", "Samples dropped in the selected time range: over the series limit of a family, or duplicates.", now("sum(increase(fleet_series_dropped_total{JOB}[$__range]))"), decimals=0, thresholds=ORANGE_FROM_1),
        stat("Scrape samples", "Samples on the exporter's page.", now("sum(scrape_samples_scraped{JOB} and on (job, instance) fleet_build_info{JOB})")),
        stat("Memory", "Resident memory of the exporter, without its ssh processes.",
             now("sum(process_working_set_bytes{JOB} and on (job, instance) fleet_build_info{JOB})"), unit="bytes"),
        stat("Uptime", "Time since the exporter started.", now("time() - max(process_start_time_seconds{JOB} and on (job, instance) fleet_build_info{JOB})"), unit="s", decimals=1),
        stat("Audit failures", "Control calls that could not be audited in the selected time range.", now("sum(increase(fleet_audit_failures_total{JOB}[$__range]))"), decimals=0, thresholds=RED_FROM_1),
    )),
    Row("Collectors", (
        table("Failing collectors", "Failing collectors and their last success; empty if none fails.", Label("host", "Host", (to_host(),)), Label("collector", "Collector"), Label("target", "Target"),
              Value("Success", f"max by ({BY}) (fleet_collector_success{{HOST}} == 0)", mappings=NO_IS_RED, cell=FILLED, width=90),
              Value("Last success", f"max by ({BY}) (fleet_collector_last_success_timestamp_seconds{{HOST}} * 1000 and on (job, {BY}) fleet_collector_success{{HOST}} == 0)", "dateTimeFromNow"),
              sort="Host", ascending=True, width=12, height=9),
        graph("Failures by reason", "Failed attempts per second.", Query("sum by (reason) (rate(fleet_collector_failures_total{HOST}[$__rate_interval]))", "{{reason}}"), unit="cps", stacked=True, height=9),
        graph("Slowest collectors", "Duration of the last answer; the 10 slowest in the selected time range.",
              Query(top_series(10, "fleet_collector_duration_seconds{HOST}", mean("fleet_collector_duration_seconds{HOST}"), BY), "{{host}} {{collector}} {{target}}"), unit="s", side=True, links=[to_host(OF_SERIES)]),
        graph("Oldest answers", "Time since the last success; the 10 oldest. The collectors system and filesystem run less often than the others.",
              Query(top_series(10, "time() - fleet_collector_last_success_timestamp_seconds{HOST}", "time() - fleet_collector_last_success_timestamp_seconds{HOST} @ end()", BY), "{{host}} {{collector}} {{target}}"),
              unit="s", side=True, links=[to_host(OF_SERIES)]),
        graph("SSH reconnects", "Reconnects per second; the 10 hosts with the most.",
              Query(top_series(10, "rate(fleet_ssh_reconnects_total{HOST}[$__rate_interval])", "increase(fleet_ssh_reconnects_total{HOST}[$__range] @ end())"), "{{host}}"), unit="cps"),
        graph("Clock offset", "Host clock minus exporter clock; the 10 hosts with the largest offset.",
              Query(top_series(10, "fleet_host_clock_offset_seconds{HOST}", "abs(avg_over_time(fleet_host_clock_offset_seconds{HOST}[$__range] @ end()))"), "{{host}}"), unit="s", low=None),
    )),
    Row("Process", (
        graph("Scrape duration", "Time that Prometheus needs to scrape the exporter.", Query("max by (job) (scrape_duration_seconds{JOB} and on (job, instance) fleet_build_info{JOB})", "{{job}}"), unit="s", width=8),
        graph("CPU", "CPUs used by the exporter without its ssh processes, and the share of time in GC pauses.",
              Query("sum(rate(process_cpu_seconds_total{JOB}[$__rate_interval]) and on (job, instance) fleet_build_info{JOB})", "CPUs"),
              Query("sum(rate(dotnet_gc_pause_seconds_total{JOB}[$__rate_interval]))", "GC pauses"), unit="percentunit", width=8),
        graph("Memory", "Resident memory, and the managed heap within it.",
              Query("sum(process_working_set_bytes{JOB} and on (job, instance) fleet_build_info{JOB})", "resident"),
              Query("sum(dotnet_total_memory_bytes{JOB})", "managed heap"), unit="bytes", width=8),
        graph("Garbage collections", "Garbage collections per second by generation.",
              Query("sum by (generation) (rate(dotnet_collection_count_total{JOB}[$__rate_interval]))", "generation {{generation}}"), unit="ops", width=8),
        graph("Allocation rate", "Managed memory allocated per second.", Query("sum(rate(dotnet_gc_allocated_bytes_total{JOB}[$__rate_interval]))", "allocated"), unit="Bps", width=8),
        graph("Threads and files", "Threads, thread-pool threads, queued work items and open file descriptors.",
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
        graph("HTTP request duration", "95th percentile of the 8 routes with the most requests, without streams.", Query(
            "histogram_quantile(0.95, sum by (endpoint, le) (rate(http_request_duration_seconds_bucket{JOB}[$__rate_interval])"
            " and on (endpoint) topk(8, sum by (endpoint) (increase(http_request_duration_seconds_count{JOB}[$__range] @ end()))))) " + NOT_NAN,
            "{{endpoint}}"), unit="s"),
    )),
    Row("API use", (
        graph("Control calls", "Control calls and logins per second, by action and outcome; the 8 most frequent.", Query(
            top_series(8, "rate(fleet_control_requests_total{JOB}[$__rate_interval])", "increase(fleet_control_requests_total{JOB}[$__range] @ end())", "action, outcome"), "{{action}} {{outcome}}"), unit="cps", width=8),
        graph("Command duration", "Duration of commands on hosts.", Query("histogram_quantile(0.5, sum by (le) (rate(fleet_exec_duration_seconds_bucket{JOB}[$__rate_interval])))", "median"),
              Query("histogram_quantile(0.95, sum by (le) (rate(fleet_exec_duration_seconds_bucket{JOB}[$__rate_interval])))", "95th percentile"), unit="s", width=8),
        graph("Pushed samples", "Samples that devices and gateways push per second, by source and outcome.", Query("sum by (source, outcome) (rate(fleet_ingest_samples_total{JOB}[$__rate_interval]))", "{{source}} {{outcome}}"), unit="cps", width=8),
        graph("Stream clients", "Clients connected to the live streams.", Query("sum(fleet_stream_clients{JOB})", "clients"), unit="short", width=8),
        graph("Audit rows", "Rows added, and calls that could not be audited, per second.", Query("sum(rate(fleet_audit_events_total{JOB}[$__rate_interval]))", "added"),
              Query("sum(rate(fleet_audit_failures_total{JOB}[$__rate_interval]))", "failed"), unit="cps", width=8),
        table("Version", "Running versions of the exporter.", Label("version", "Version"), Label("commit", "Commit"), Value("", "max by (job, version, commit) (fleet_build_info{JOB})"), Label("job", "Job"), sort="Job", ascending=True, width=8, height=8),
    )),
))
