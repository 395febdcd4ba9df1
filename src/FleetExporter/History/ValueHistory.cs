using FleetExporter.Config;

namespace FleetExporter.History;

/// <summary>Where an answer comes from.</summary>
internal enum HistorySource
{
    Prometheus,
    Memory,
}

/// <summary>A request for one value of one subject.</summary>
/// <param name="From">Before <paramref name="To"/>.</param>
/// <param name="To">Not in the future.</param>
internal sealed record HistoryRequest(HistorySubject Subject, HistoryValue Value, DateTimeOffset From, DateTimeOffset To);

/// <param name="Hint">One sentence: why the answer has less than it could have, and how to have more; null where there is nothing to say.</param>
internal sealed record HistoryAnswer(HistoryGrid Grid, HistorySource Source, string? Hint, IReadOnlyList<HistorySeries> Series);

/// <summary>The history of one value: from Prometheus, or from memory where Prometheus has none.</summary>
internal sealed class ValueHistory(PrometheusHistory prometheus, RecentValues recent, LiveConfig config, TimeProvider clock)
{
    /// <summary>The shortest step; a longer poll interval is the shortest one.</summary>
    private static readonly TimeSpan MinStep = TimeSpan.FromSeconds(15);

    private static readonly Uri DefaultUrl = FleetConfig.Default("/").Prometheus.Url;

    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public async Task<HistoryAnswer> ReadAsync(HistoryRequest request, CancellationToken stop)
    {
        var server = config.Current.Prometheus;
        var minStep = config.Current.PollInterval > MinStep ? config.Current.PollInterval : MinStep;
        var grid = HistoryGrid.Of(request.From, request.To, minStep, clock.GetUtcNow());
        var answer = await prometheus.ReadAsync(server, request.Subject, request.Value, grid).WaitAsync(stop).ConfigureAwait(false);
        if (answer.Series.Count > 0)
        {
            return new HistoryAnswer(grid, HistorySource.Prometheus, CutHint(answer), answer.Series);
        }

        var memory = request.Value.Recent is { } value
            ? RecentHistory.Of(recent, request.Subject, value, request.From, request.To, minStep)
            : null;
        if (answer.Failure is null && memory is not { Series.Count: > 0 })
        {
            return new HistoryAnswer(
                grid, HistorySource.Prometheus, $"Prometheus at {server.Url} has no values of {request.Subject} in this time.", []);
        }

        var hint = MemoryHint(request, server.Url, answer.Failure, memory);
        return new HistoryAnswer(memory?.Grid ?? grid, HistorySource.Memory, hint, memory?.Series ?? []);
    }

    private static string? CutHint(PrometheusAnswer answer) => answer.Found > answer.Series.Count
        ? FormattableString.Invariant($"Of {answer.Found} series, these are the {answer.Series.Count} with the highest values.")
        : null;

    internal static string MemoryHint(HistoryRequest request, Uri prometheus, PrometheusFailure? failure, RecentHistory? memory)
    {
        var why = failure switch
        {
            null => $"Prometheus at {prometheus} has no values of {request.Subject} in this time",
            { Reason: "busy" } => $"Prometheus at {prometheus} is busy with other requests",
            { IsUp: true } => $"Prometheus at {prometheus} could not answer the query ({failure.Reason})",
            _ => $"Prometheus at {prometheus} does not answer ({failure.Reason})",
        };
        var kind = Words.Of(request.Subject.Kind);
        var what = memory switch
        {
            null => $"memory keeps no {request.Value.Name} of a {kind}",
            { Series.Count: > 0 } => "these are the last 24 hours from memory",
            { IsIncomplete: true } =>
                FormattableString.Invariant($"memory keeps {RecentValues.MaxSeries} series, and this {kind} is beyond them"),
            _ => "memory has no values in this time",
        };
        var more = failure is { IsUp: false } && prometheus == DefaultUrl
            ? "; set prometheus.url in fleet.yml to keep more than the last 24 hours"
            : "";
        return $"{why}; {what}{more}.";
    }
}
