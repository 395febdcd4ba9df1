using System.Globalization;
using System.Net;
using System.Text;
using FleetExporter.Api.Access;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Polling.Targets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace FleetExporter.Api;

/// <summary>A plain page at <c>/</c>: what this is, the state of each host with the reason, links. No script; it loads itself again.</summary>
public static class StartPage
{
    public static void MapStartPage(this IEndpointRouteBuilder routes) => routes.MapGet("/", (HttpContext context, FleetState state, TimeProvider clock) =>
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Content(Html([.. state.Hosts], [.. state.Targets], clock.GetUtcNow()), "text/html; charset=utf-8");
    }).Needs(Scope.Read).ExcludeFromDescription();

    internal static string Html(IReadOnlyList<HostSnapshot> hosts, IReadOnlyList<TargetSnapshot> targets, DateTimeOffset now)
    {
        var views = hosts.Select(h => HostStateView.Of(h, now)).OrderBy(v => Rank(v.Status)).ThenBy(v => v.Hostname, StringComparer.Ordinal).ToList();
        var tmux = hosts.Where(h => h.Get<TmuxReading>(now) is not null).Select(h => h.Host.Name).ToHashSet(StringComparer.Ordinal);
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="refresh" content="10">
            <title>FleetExporter: {Text(Summary(views))}</title>
            <link rel="stylesheet" href="/start.css">
            </head>
            <body>
            <header><h1>FleetExporter</h1><p>Watches GPU machines over SSH and publishes what it sees at <a href="/metrics">/metrics</a>.</p></header>
            <main>
            <p class="summary">{Text(Summary(views))} <span class="at">at {now:yyyy-MM-dd HH:mm:ss} UTC, loads again every 10 s</span></p>

            """);
        if (views.Count == 0)
        {
            html.Append("<p>No host is configured: <code>hosts: []</code> in fleet.yml.</p>\n");
        }
        else
        {
            html.Append("<div class=\"wide\"><table>\n<thead><tr><th>Host</th><th>Status</th><th class=\"n\">CPU</th><th class=\"n\">Memory</th><th>GPUs</th><th class=\"n\">Sessions</th><th>What is wrong</th></tr></thead>\n<tbody>\n");
            views.ForEach(v => AppendHost(html, v, tmux.Contains(v.Hostname)));
            html.Append("</tbody></table></div>\n");
        }

        StartPageTargets.Append(html, targets, now);
        html.Append("""
            <h2>More</h2>
            <ul class="links">
            <li><a href="/metrics">/metrics</a> all samples, for Prometheus</li>
            <li><a href="/docs/runbook">/docs/runbook</a> what each alert means and what to do; beside it <a href="/docs/operations">operations</a>, <a href="/docs/api">api</a> and <a href="/docs/configuration">configuration</a></li>
            <li><a href="/api/overview">/api/overview</a> the state of everything as JSON</li>
            <li><a href="/api/hosts">/api/hosts</a> hosts as JSON</li>
            <li><a href="/api/sessions">/api/sessions</a> tmux sessions as JSON</li>
            <li><a href="/api/config">/api/config</a> the running configuration</li>
            <li><a href="/sd/hosts">/sd/hosts</a> targets for Prometheus' HTTP service discovery</li>
            </ul>
            </main>
            </body>
            </html>

            """);
        return html.ToString();
    }

    /// <param name="tmux">Whether the host's sessions are known.</param>
    private static void AppendHost(StringBuilder html, HostStateView host, bool tmux)
    {
        var name = Text(host.Hostname);
        var link = "/api/hosts/" + Uri.EscapeDataString(host.Hostname);
        html.Append(CultureInfo.InvariantCulture, $"""
            <tr class="{host.Status}">
            <td><a href="{Text(link)}">{name}</a><small>{Text(host.Simulated ? "simulated" : host.Pushes ? "pushes by itself" : host.Address ?? "this machine")}</small></td>
            <td><span class="badge">{host.Status}</span></td>
            <td class="n" data-name="CPU">{Percent(host.CpuPercent)}</td>
            <td class="n" data-name="memory">{Percent(host.MemoryPercent)}<small>{Memory(host)}</small></td>
            <td class="gpulist">{Gpus(host)}</td>
            <td class="n" data-name="sessions">{Sessions(host, tmux)}</td>
            <td class="reason">{Text(host.Reason ?? "")}</td>
            </tr>

            """);
    }

    private static string Gpus(HostStateView host)
    {
        if (host.Gpus.Count == 0)
        {
            return host.GpusLost > 0 ? $"{host.GpusLost} lost" : Absent;
        }

        var html = new StringBuilder();
        foreach (var kind in host.Gpus.GroupBy(g => g.Name))
        {
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"gpus\"><small>{(kind.Count() > 1 ? kind.Count() + " × " : "")}{Text(kind.Key ?? "unknown GPU")}</small>");
            foreach (var gpu in kind)
            {
                html.Append(CultureInfo.InvariantCulture, $"<span class=\"gpu\">{Gpu(gpu)}</span>");
            }

            html.Append("</div>");
        }

        return html.ToString();
    }

    private static string Gpu(GpuView gpu)
    {
        var memory = gpu is { MemoryUsedMb: { } used, MemoryTotalMb: { } total }
            ? string.Create(CultureInfo.InvariantCulture, $"{used / 1024:0.0} of {total / 1024:0.0} GiB")
            : null;
        string?[] parts = gpu.Fault is { } fault
            ? [fault.Replace('_', ' ')]
            : [PercentText(gpu.UtilizationPercent), Unit(gpu.TemperatureC, "°C"), Unit(gpu.PowerDrawWatts, "W"), memory];
        return $"<b>{gpu.Index}</b> {Text(string.Join(" · ", parts.OfType<string>()))}";
    }

    private static string Sessions(HostStateView host, bool known) => !known ? Absent : host.Sessions.Count(s => s.Status == "legacy") is > 0 and var legacy
        ? $"{host.Sessions.Count}<small>{legacy} legacy</small>"
        : host.Sessions.Count.ToString(CultureInfo.InvariantCulture);

    private static string Memory(HostStateView host) =>
        host.MemoryTotalMb is { } total ? string.Create(CultureInfo.InvariantCulture, $"of {total / 1024:0.#} GiB") : "";

    private const string Absent = "<span class=\"absent\">–</span>";

    private static string Percent(double? value) => PercentText(value) ?? Absent;

    private static string? PercentText(double? value) => Unit(value, "%");

    private static string? Unit(double? value, string unit) => value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0} {unit}") : null;

    private static string Summary(List<HostStateView> hosts)
    {
        var offline = hosts.Count(h => h.Status == "offline");
        var degraded = hosts.Count(h => h.Status == "degraded");
        var hostCount = hosts.Count == 1 ? "1 host" : $"{hosts.Count} hosts";
        return offline + degraded == 0 ? $"{hostCount}, all online" : $"{hostCount}, {offline} offline, {degraded} degraded";
    }

    private static int Rank(string status) => status switch
    {
        "offline" => 0,
        "degraded" => 1,
        _ => 2,
    };

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
