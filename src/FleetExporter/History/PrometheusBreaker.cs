using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.History;

/// <summary>Why Prometheus gave no answer.</summary>
/// <param name="Url">Its base URL.</param>
/// <param name="Reason">A word of <see cref="TargetFailure"/>, or <c>busy</c> while too many other answers are computed.</param>
/// <param name="IsUp">Whether it responds, but not with this answer.</param>
internal sealed record PrometheusFailure(Uri Url, string Reason, bool IsUp);

/// <summary>
/// The circuit breaker of Prometheus: after a failure, requests fail at once for a while instead of waiting for it again. A server that a reload
/// configures is tried at once.
/// </summary>
internal sealed class PrometheusBreaker(TimeProvider clock)
{
    /// <summary>How long it stays open.</summary>
    public static readonly TimeSpan OpenFor = TimeSpan.FromSeconds(10);

    /// <summary>A server that does not respond for so long hangs.</summary>
    public static readonly TimeSpan ResponseLimit = TimeSpan.FromSeconds(1.5);

    private volatile Opening? _opening;

    /// <summary>The failure that opened it; null while it is closed.</summary>
    public PrometheusFailure? FailureOf(ServerConfig server) =>
        _opening is { } opening && opening.Server == server && clock.Elapsed() < opening.Until ? opening.Failure : null;

    public PrometheusFailure Open(ServerConfig server, TargetFailure reason)
    {
        var failure = new PrometheusFailure(server.Url, Words.Of(reason), IsUp: false);
        _opening = new Opening(server, failure, clock.Elapsed() + OpenFor);
        return failure;
    }

    /// <summary>Whether the server responds at all, whatever it is busy with. Opens the breaker if not.</summary>
    public async Task<PrometheusFailure?> CheckAsync(ServerConfig server, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(ResponseLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            await PrometheusApi.RespondsAsync(server, either.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Open(server, TargetFailure.Timeout);
        }
        catch (TargetFailureException e)
        {
            return Open(server, e.Reason);
        }
    }

    private sealed record Opening(ServerConfig Server, PrometheusFailure Failure, TimeSpan Until);
}
