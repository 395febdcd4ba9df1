using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Alerting;

/// <summary>Client of the configured Alertmanager: its alerts and silences. Every call ends within 5 s.</summary>
internal sealed class Alertmanager(LiveConfig config)
{
    private const int MaxBodyBytes = 8 << 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The firing alerts, most severe first, without the watchdog.</summary>
    /// <exception cref="TargetFailureException">It does not answer, or the answer is not Alertmanager's.</exception>
    public async Task<IReadOnlyList<AlertView>> AlertsAsync(CancellationToken stop)
    {
        var (alerts, silences) = await ReadAsync(stop).ConfigureAwait(false);
        return [.. alerts.Select(a => AlertView.Of(a, silences)).OrderBy(a => a.Order, StringComparer.Ordinal)];
    }

    /// <summary>An alert, and the silences that match its labels exactly and nothing else; null when it does not fire.</summary>
    /// <exception cref="TargetFailureException">It does not answer, or the answer is not Alertmanager's.</exception>
    public async Task<AlertState?> FindAsync(string id, CancellationToken stop)
    {
        var (alerts, silences) = await ReadAsync(stop).ConfigureAwait(false);
        return alerts.FirstOrDefault(a => a.Id == id) is not { } alert ? null : new AlertState(
            alert,
            AlertView.Of(alert, silences),
            [.. silences.Values.Where(s => s.MatchesOnly(alert))]);
    }

    /// <summary>Silences exactly this alert.</summary>
    /// <param name="replaces">Id of the silence to replace; null for none.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="TargetFailureException">It does not answer, or rejects the request.</exception>
    public async Task<string> SilenceAsync(
        FiringAlert alert, string? replaces, DateTimeOffset from, DateTimeOffset until, string by, string comment, CancellationToken stop)
    {
        var silence = new Dictionary<string, object>
        {
            ["matchers"] = alert.Labels.Select(l => new { name = l.Key, value = l.Value, isRegex = false, isEqual = true }).ToList(),
            ["startsAt"] = from,
            ["endsAt"] = until,
            ["createdBy"] = by,
            ["comment"] = comment,
        };
        if (replaces is not null)
        {
            silence["id"] = replaces;
        }

        return AlertmanagerResponses.SilenceId(await SendAsync(
            HttpMethod.Post, "silences", JsonSerializer.Serialize(silence), stop).ConfigureAwait(false));
    }

    /// <exception cref="TargetFailureException">It does not answer, or rejects the request.</exception>
    public Task ExpireAsync(string silence, CancellationToken stop) =>
        SendAsync(HttpMethod.Delete, "silence/" + Uri.EscapeDataString(silence), null, stop);

    private async Task<(IReadOnlyList<FiringAlert> Alerts, IReadOnlyDictionary<string, AlertSilence> Silences)> ReadAsync(CancellationToken stop)
    {
        var alerts = AlertmanagerResponses.Alerts(await SendAsync(HttpMethod.Get, "alerts", null, stop).ConfigureAwait(false));
        var silences = AlertmanagerResponses.Silences(await SendAsync(HttpMethod.Get, "silences", null, stop).ConfigureAwait(false));
        return (
            [.. alerts.Where(a => a.Labels.GetValueOrDefault("severity") != "none")],
            silences.Where(s => s.Active).DistinctBy(s => s.Id).ToDictionary(s => s.Id, StringComparer.Ordinal));
    }

    private async Task<string> SendAsync(HttpMethod method, string path, string? json, CancellationToken stop)
    {
        var alertmanager = config.Current.Alertmanager;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Timeout);
        try
        {
            using var http = new HttpPoll(await SecretFile.ReadAsync(alertmanager.TokenFile, limit.Token).ConfigureAwait(false));
            var url = new Uri($"{alertmanager.Url.GetLeftPart(UriPartial.Path).TrimEnd('/')}/api/v2/{path}");
            var answer = await http.SendAsync(method, url, json, MaxBodyBytes, limit.Token).ConfigureAwait(false);
            return answer.Status == 200
                ? answer.Body
                : throw new TargetFailureException(
                    TargetFailure.Status, $"{answer.Status} from {url.AbsolutePath}: {Printable.Line(answer.Body, 200)}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TargetFailureException(TargetFailure.Timeout, $"no answer within {Timeout.TotalSeconds:0} s");
        }
    }
}

/// <param name="Exact">Active silences that match only this alert.</param>
internal sealed record AlertState(FiringAlert Alert, AlertView View, IReadOnlyList<AlertSilence> Exact);
