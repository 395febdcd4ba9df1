"""Alerts: what fires, for how long, and whether alerting itself works."""
from dashboard import Dashboard, Row
from links import runbook, to_host
from panels import Panel, graph, stat
from promql import Query, alerts_of, most, now
from tables import Label, Value, table
from values import ANY_IS_BAD, ANY_IS_ODD, GREY, ORANGE, RED, SEVERITY, YES_IS_FINE, steps

OF_ALL = 'job=~"$job|", host=~"$host|"'


def firing(severity: str) -> str:
    return f'count(ALERTS{{alertstate="firing", severity="{severity}", {OF_ALL}}}) or vector(0)'


DASHBOARD = Dashboard("alerts", "Alerts", "What fires, for how long, and whether alerting itself works.", (
    Row("", (
        stat("Critical", "Alerts that want you at once.", now(firing("critical")), thresholds=ANY_IS_BAD, width=4),
        stat("Warning", "Alerts for today.", now(firing("warning")), thresholds=ANY_IS_ODD, width=4),
        stat("Info", "For context; nobody is told.", now(firing("info")), width=4),
        stat("Pending", "Conditions that hold, but not yet for long enough.", now(f'count(ALERTS{{alertstate="pending", {OF_ALL}}}) or vector(0)'), width=4),
        stat("Watchdog", "The alert that always fires: when it does not, no rule is evaluated.", now('count(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)'),
             mappings=YES_IS_FINE, width=4),
        stat("Last heard by the service", "How long ago the watchdog's notification reached the service, on the way that all notifications take. Nothing until one did.",
             now("time() - max(fleet_watchdog_last_seen_timestamp_seconds{JOB})"), unit="s", decimals=0, thresholds=steps((300, ORANGE), (900, RED), base="text"), width=4),
    )),
    Row("", (
        table("Alerts", "What fires or is about to. Click a name for what to do.",
              Label("alertname", "Alert", (runbook(),), 320), Value("Severity", alerts_of(OF_ALL), mappings=SEVERITY, width=120), Label("alertstate", "State", width=120),
              Label("host", "Host", (to_host(),), 220), Label("of", "Of"), sort="Severity", height=12),
        graph("Alerts that fire", "By severity.", Query(f'count by (severity) (ALERTS{{alertstate="firing", severity!="none", {OF_ALL}}})', "{{severity}}"), unit="short", stacked=True,
              colors={"critical": RED, "warning": ORANGE, "info": GREY}, width=12),
        graph("Alerts by name", "The 10 that fired most over the time shown.",
              Query(most(10, f'count by (alertname) (ALERTS{{alertstate="firing", severity!="none", {OF_ALL}}})',
                         f'sum by (alertname) (count_over_time(ALERTS{{alertstate="firing", severity!="none", {OF_ALL}}}[$__range] @ end()))', "alertname"), "{{alertname}}"), unit="short", width=12),
    )),
    Row("Alerting itself", (
        Panel("alertlist", "Rules", "Prometheus' alerting rules as Grafana's own list shows them.", 10, 8, (), {"options": {
            "viewMode": "list", "groupMode": "default", "groupBy": [], "maxItems": 50, "sortOrder": 3, "dashboardAlerts": False, "alertName": "", "alertInstanceLabelFilter": "",
            "datasource": "Prometheus", "stateFilter": {"firing": True, "pending": True, "noData": False, "normal": False, "error": True, "recovering": True}}}),
        graph("Rule evaluation", "Time that Prometheus takes for each group of rules.", Query('max by (group) (label_replace(prometheus_rule_group_last_duration_seconds{rule_group=~".*fleet.*"}, "group", "$1", "rule_group", ".*;(.*)"))', "{{group}}"), unit="s", width=7),
        graph("Notifications that failed", "A second, by integration of Alertmanager.", Query("sum by (integration) (rate(alertmanager_notifications_failed_total[$__rate_interval]))", "{{integration}}"), unit="cps", width=7),
    )),
), since="now-6h")
