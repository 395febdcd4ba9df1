using FleetExporter.Config;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw;

/// <summary>One method of a gateway, asked at its own pace.</summary>
internal interface IGatewaySource
{
    /// <summary>The label <c>source</c>.</summary>
    string Method { get; }

    /// <summary>Whether the last answer was understood; null before it, and where the gateway does not have the method.</summary>
    bool? Understood { get; }

    /// <summary>Asks if it is due and nothing is under way; completes when nothing is under way any more.</summary>
    Task PollAsync(GatewayConnection connection);

    /// <summary>A new connection: what the gateway did not know is asked again.</summary>
    void Reconnected();

    /// <summary>Nothing that was known counts any more.</summary>
    void Forget();
}

/// <param name="every">Time between two calls; zero asks at each poll.</param>
/// <param name="settled">False for an answer that is still being counted: it is asked again at the next poll, and taken in the end as it is.</param>
internal sealed class GatewaySource<T>(
    string method, TimeSpan every, Func<GatewayConnection, CancellationToken, Task<T>> ask, TimeProvider clock, Func<T, bool>? settled = null)
    : IGatewaySource
    where T : class
{
    private const int MostUnsettled = 6;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromMinutes(1);

    // Polls are not exactly an interval apart.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private Task? _running;
    private TimeSpan? _askedAt;
    private volatile Kept? _kept;
    private int _unsettled;
    private bool _absent;

    public string Method => method;

    public bool? Understood { get; private set; }

    /// <summary>The last answer while it is fresh: for three calls, and a minute at least.</summary>
    public T? Value => _kept is { } kept && clock.Elapsed() - kept.At <= Duration.Max(3 * every, TimeSpan.FromMinutes(1)) ? kept.Value : null;

    public Task PollAsync(GatewayConnection connection)
    {
        var running = _running;
        if (running is { IsCompleted: false })
        {
            return running;
        }

        // An answer that the exporter itself failed on came after its poll had gone on: now is the time to tell.
        _running = null;
        return running is { IsFaulted: true } ? running
            : _absent || (_askedAt is { } asked && clock.Elapsed() - asked < every - Slack) ? Task.CompletedTask
            : _running = AskAsync(connection);
    }

    public void Reconnected() => _absent = false;

    public void Forget()
    {
        _kept = null;
        _askedAt = null;
        Understood = null;
    }

    private async Task AskAsync(GatewayConnection connection)
    {
        _askedAt = clock.Elapsed();
        using var limit = new CancellationTokenSource(LongestAnswer, clock);
        try
        {
            var value = await ask(connection, limit.Token).ConfigureAwait(false);
            Understood = true;
            if (settled?.Invoke(value) == false && ++_unsettled < MostUnsettled)
            {
                _askedAt = null;
                return;
            }

            _unsettled = 0;
            _kept = new Kept(value, clock.Elapsed());
        }
        catch (GatewayRefusedException e) when (e.Error.IsPassing)
        {
            _askedAt = null;
        }
        catch (GatewayRefusedException e)
        {
            _absent = true;
            _kept = null;
            Understood = e.Error.IsUnknownMethod ? null : false;
        }
        catch (FormatException)
        {
            _kept = null;
            Understood = false;
        }
        catch (Exception e) when (e is TargetFailureException or OperationCanceledException)
        {
            // The connection's own failure is told by the poll.
            _askedAt = null;
        }
    }

    // Swapped whole: an answer may come while a poll reads.
    private sealed record Kept(T Value, TimeSpan At);
}
