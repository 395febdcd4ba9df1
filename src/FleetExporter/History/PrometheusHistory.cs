using FleetExporter.Config;
using FleetExporter.Parsing;

namespace FleetExporter.History;

/// <summary>An answer of Prometheus.</summary>
/// <param name="Series">Empty with a failure.</param>
/// <param name="Found">Number of series before those with the lowest values were left out.</param>
internal sealed record PrometheusAnswer(IReadOnlyList<HistorySeries> Series, int Found, PrometheusFailure? Failure = null);

/// <summary>
/// Answers from Prometheus. Equal requests share one answer, and a limited number of answers is computed at the same time, so many readers are no
/// load to it. A Prometheus that hangs, refuses or answers rubbish is a failure within two seconds.
/// </summary>
internal sealed class PrometheusHistory(TimeProvider clock) : IDisposable
{
    /// <summary>Time for the queries of a Prometheus that responds.</summary>
    private static readonly TimeSpan QueryLimit = TimeSpan.FromSeconds(8);

    private readonly PrometheusBreaker _breaker = new(clock);
    private readonly AnswerCache<(ServerConfig, HistorySubject, string, HistoryGrid), PrometheusAnswer> _cache = new(clock);
    private readonly SemaphoreSlim _slots = new(4);

    public Task<PrometheusAnswer> ReadAsync(ServerConfig server, HistorySubject subject, HistoryValue value, HistoryGrid grid)
    {
        var kept = grid.Step / 10 is var part && part < TimeSpan.FromSeconds(5) ? TimeSpan.FromSeconds(5)
            : part > TimeSpan.FromSeconds(30) ? TimeSpan.FromSeconds(30) : part;
        // The end of the period is not part of the key: the steps are the same a second later.
        return _breaker.FailureOf(server) is { } failure
            ? Task.FromResult(new PrometheusAnswer([], 0, failure))
            : _cache.GetAsync((server, subject, value.Name, grid with { To = grid.Last }), () => ComputeAsync(server, subject, value, grid),
                answer => answer.Failure is null && answer.Series.Count * grid.Count <= 10_000 ? kept : TimeSpan.Zero);
    }

    public void Dispose() => _slots.Dispose();

    private async Task<PrometheusAnswer> ComputeAsync(ServerConfig server, HistorySubject subject, HistoryValue value, HistoryGrid grid)
    {
        using var wait = new CancellationTokenSource(PrometheusBreaker.ResponseLimit, clock);
        try
        {
            await _slots.WaitAsync(wait.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Failed(_breaker.FailureOf(server) ?? new PrometheusFailure(server.Url, "busy", IsUp: true));
        }

        try
        {
            // It may have opened meanwhile.
            return _breaker.FailureOf(server) is { } failure ? Failed(failure) : await AskAsync(server, subject, value, grid).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<PrometheusAnswer> AskAsync(ServerConfig server, HistorySubject subject, HistoryValue value, HistoryGrid grid)
    {
        using var limit = new CancellationTokenSource(QueryLimit, clock);
        // While the queries run, a request that needs no work of it shows whether it responds.
        var check = _breaker.CheckAsync(server, limit.Token);
        var queries = PrometheusBands.ReadAsync(server, subject, value, grid, clock.GetUtcNow(), QueryLimit, limit.Token);
        try
        {
            if (await Task.WhenAny(queries, check).ConfigureAwait(false) == check && await check.ConfigureAwait(false) is { } failure)
            {
                return Failed(failure);
            }

            var series = await queries.ConfigureAwait(false);
            return new PrometheusAnswer(HistorySeries.Arrange(series, value.Ranked), series.Count);
        }
        catch (OperationCanceledException)
        {
            return Failed(new PrometheusFailure(server.Url, Words.Of(TargetFailure.Timeout), IsUp: true));
        }
        catch (TargetFailureException e) when (e.Reason is TargetFailure.ReportedError or TargetFailure.TooLarge)
        {
            return Failed(new PrometheusFailure(server.Url, Words.Of(e.Reason), IsUp: true));
        }
        catch (TargetFailureException e)
        {
            return Failed(_breaker.Open(server, e.Reason));
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(queries, check).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static PrometheusAnswer Failed(PrometheusFailure failure) => new([], 0, failure);
}
