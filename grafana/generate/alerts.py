"""Alerts: firing alerts, their history, and the health of the alerting pipeline."""
from dashboard import Dashboard, Row
from links import runbook, to_host
from panels import Panel, graph, stat
from promql import Query, alerts_of, now, top_series
from tables import Label, Value, table
from values import GREY, NO_IS_RED, ORANGE, ORANGE_FROM_1, RED, RED_FROM_1, SEVERITY, steps

ALL_ALERTS = 'job=~"$job|", host=~"$host|"'


def firing(severity: str) -> str:
    return f'count(ALERTS{{alertstate="firing", severity="{severity}", {ALL_ALERTS}}}) or vector(0)'


DASHBOARD = Dashboard("alerts", "Alerts", "Firing alerts, their history, and the health of the alerting pipeline.", (
    Row("", (
        stat("Critical", "Firing alerts that need action now.", now(firing("critical")), thresholds=RED_FROM_1, width=4),
        stat("Warning", "Firing alerts that need action within the day.", now(firing("warning")), thresholds=ORANGE_FROM_1, width=4),
        stat("Info", "Firing alerts that give context; they are not sent.", now(firing("info")), width=4),
        stat("Pending", "Alerts whose condition holds, but not yet for the duration of the rule.", now(f'count(ALERTS{{alertstate="pending", {ALL_ALERTS}}}) or vector(0)'), width=4),
        stat("Watchdog", "This alert always fires; if it does not, Prometheus evaluates no rules.", now('count(ALERTS{alertname="Watchdog", alertstate="firing"}) or vector(0)'),
             mappings=NO_IS_RED, width=4),
        stat("Last watchdog notification", "Time since Alertmanager last delivered the Watchdog alert to the exporter; n/a until the first delivery.",
             now("time() - max(fleet_watchdog_last_seen_timestamp_seconds{JOB})"), unit="s", decimals=0, thresholds=steps((300, ORANGE), (900, RED), base="text"), width=4),
    )),
    Row("", (
        table("Alerts", "Firing and pending alerts. Click a name for the runbook.",
              Label("alertname", "Alert", (runbook(),), 320), Value("Severity", alerts_of(ALL_ALERTS), mappings=SEVERITY, width=120), Label("alertstate", "State", width=120),
              Label("host", "Host", (to_host(),), 220), Label("subject", "Subject"), sort="Severity", height=12),
        graph("Firing alerts", "Firing alerts by severity.", Query(f'count by (severity) (ALERTS{{alertstate="firing", severity!="none", {ALL_ALERTS}}})', "{{severity}}"), unit="short", stacked=True,
              colors={"critical": RED, "warning": ORANGE, "info": GREY}, width=12),
        graph("Alerts by name", "The 10 alerts that fired most in the selected time range.",
              Query(top_series(10, f'count by (alertname) (ALERTS{{alertstate="firing", severity!="none", {ALL_ALERTS}}})',
                         f'sum by (alertname) (count_over_time(ALERTS{{alertstate="firing", severity!="none", {ALL_ALERTS}}}[$__range] @ end()))', "alertname"), "{{alertname}}"), unit="short", width=12),
    )),
    Row("Alerting pipeline", (
        Panel("alertlist", "Rules", "Alerting rules of Prometheus, in Grafana's alert list.", 10, 8, (), {"options": {
            "viewMode": "list", "groupMode": "default", "groupBy": [], "maxItems": 50, "sortOrder": 3, "dashboardAlerts": False, "alertName": "", "alertInstanceLabelFilter": "",
            "datasource": "Prometheus", "stateFilter": {"firing": True, "pending": True, "noData": False, "normal": False, "error": True, "recovering": True}}}),
        graph("Rule evaluation", "Evaluation time of each rule group.", Query('max by (group) (label_replace(prometheus_rule_group_last_duration_seconds{rule_group=~".*fleet.*"}, "group", "$1", "rule_group", ".*;(.*)"))', "{{group}}"), unit="s", width=7),
        graph("Failed notifications", "Failed notifications per second, by Alertmanager integration.", Query("sum by (integration) (rate(alertmanager_notifications_failed_total[$__rate_interval]))", "{{integration}}"), unit="cps", width=7),
    )),
), since="now-6h")
