"""Data links: to another dashboard with the clicked host selected, or to the web interface."""
from values import Json

_KEEP = "${datasource:queryparam}&${job:queryparam}&${__url_time_range}&${fleet_url:queryparam}"


def _link(title: str, url: str, blank: bool = False) -> Json:
    return {"title": title, "url": url, "targetBlank": blank}


# The host of the clicked row, of the clicked series, or the currently selected hosts.
_ROW_HOST = "${__data.fields.host}"
OF_ROW = f"var-host={_ROW_HOST}"
SERIES_HOST = "${__field.labels.host}"
OF_SERIES = f"var-host={SERIES_HOST}"
OF_CHOICE = "${host:queryparam}"


def to_host(of: str = OF_ROW) -> Json:
    return _link("Host dashboard", f"/d/fleet-host?{of}&{_KEEP}")


def to_gpus(of: str = OF_ROW) -> Json:
    return _link("GPU dashboard", f"/d/fleet-gpu?{of}&{_KEEP}")


def to_dashboard(domain: str, of: str = OF_CHOICE) -> Json:
    return _link(f"Fleet / {domain}", f"/d/fleet-{domain}?{of}&{_KEEP}")


def act_on_host(host: str = _ROW_HOST) -> Json:
    return _link("Open in the web interface", f"${{fleet_url}}/#hosts/{host}", blank=True)


def act_on(view: str) -> Json:
    """A view of the web interface, with the object to show."""
    return _link("Open in the web interface", f"${{fleet_url}}/#{view}", blank=True)


def runbook() -> Json:
    return _link("Runbook", "${fleet_url}/docs/runbook#${__data.fields.alertname}", blank=True)


SESSION = "sessions/${__data.fields.host}:${__data.fields.user:percentencode}%2F${__data.fields.session:percentencode}"
