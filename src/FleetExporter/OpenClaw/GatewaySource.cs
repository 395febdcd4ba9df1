using FleetExporter.Config;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw;

/// <summary>Why a gateway's answer to a method is missing.</summary>
internal enum GatewayGap
{
    /// <summary>Not asked yet, or not answered yet.</summary>
    Waiting,

    /// <summary>The gateway does not have the method, or refuses it to readers.</summary>
    Unsupported,

    /// <summary>The answer has an unknown shape.</summary>
    UnknownShape,

    /// <summary>The last answer is too old, or was dropped with the connection.</summary>
    Stale,
}

/// <param name="AnsweredAt">When the last answer arrived; null before the first one.</param>
/// <param name="Gap">Why there is no current answer; null if there is one.</param>
internal sealed record GatewaySourceState(DateTimeOffset? AnsweredAt, GatewayGap? Gap);

/// <summary>One method of a gateway, called at its own interval.</summary>
internal interface IGatewaySource
{
    /// <summary>Value of the label <c>source</c>.</summary>
    string Method { get; }

    /// <summary>Whether the last answer could be parsed; null before the first one, and if the gateway lacks the method.</summary>
    bool? Understood { get; }

    GatewaySourceState State { get; }

    /// <summary>Calls the method if it is due and no call is pending; completes when no call is pending.</summary>
    Task PollAsync(GatewayConnection connection);

    /// <summary>After a reconnect, calls methods again that the gateway lacked.</summary>
    void Reconnected();

    /// <summary>Discards the last answer.</summary>
    void Forget();
}

/// <param name="every">Interval between calls; zero to call at each poll.</param>
/// <param name="settled">False for an answer that the gateway is still computing: called again at the next polls, up to a limit.</param>
internal sealed class GatewaySource<T>(
    string method, TimeSpan every, Func<GatewayConnection, CancellationToken, Task<T>> ask, TimeProvider clock, Func<T, bool>? settled = null)
    : IGatewaySource
    where T : class
{
    private const int MaxUnsettled = 6;

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(1);

    // Tolerance, because polls are not exactly one interval apart.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1);

    private Task? _pending;
    private TimeSpan? _askedAt;
    private volatile CachedAnswer? _cached;
    private int _unsettledAnswers;
    private bool _isMissing;
    private bool _hasAnswered;

    public string Method => method;

    public bool? Understood { get; private set; }

    /// <summary>The last answer while it is fresh: for three intervals, at least a minute.</summary>
    public T? Value => Fresh?.Value;

    public GatewaySourceState State => Fresh is { } fresh ? new(fresh.Time, null) : new(null,
        _isMissing ? GatewayGap.Unsupported
        : Understood == false ? GatewayGap.UnknownShape
        : _hasAnswered ? GatewayGap.Stale : GatewayGap.Waiting);

    private CachedAnswer? Fresh =>
        _cached is { } last && clock.Elapsed() - last.At <= Duration.Max(3 * every, TimeSpan.FromMinutes(1)) ? last : null;

    public Task PollAsync(GatewayConnection connection)
    {
        var pending = _pending;
        if (pending is { IsCompleted: false })
        {
            return pending;
        }

        // Report an internal error of a call that outlasted its poll.
        _pending = null;
        return pending is { IsFaulted: true } ? pending
            : _isMissing || (_askedAt is { } asked && clock.Elapsed() - asked < every - Tolerance) ? Task.CompletedTask
            : _pending = AskAsync(connection);
    }

    public void Reconnected() => _isMissing = false;

    public void Forget()
    {
        _cached = null;
        _askedAt = null;
        Understood = null;
    }

    private async Task AskAsync(GatewayConnection connection)
    {
        _askedAt = clock.Elapsed();
        using var limit = new CancellationTokenSource(AnswerTimeout, clock);
        try
        {
            var value = await ask(connection, limit.Token).ConfigureAwait(false);
            Understood = true;
            if (settled?.Invoke(value) == false && ++_unsettledAnswers < MaxUnsettled)
            {
                _askedAt = null;
                return;
            }

            _unsettledAnswers = 0;
            _hasAnswered = true;
            _cached = new CachedAnswer(value, clock.Elapsed(), clock.GetUtcNow());
        }
        catch (GatewayErrorException e) when (e.Error.IsTransient)
        {
            _askedAt = null;
        }
        catch (GatewayErrorException e)
        {
            _isMissing = true;
            _cached = null;
            Understood = e.Error.IsUnknownMethod ? null : false;
        }
        catch (FormatException)
        {
            _cached = null;
            Understood = false;
        }
        catch (Exception e) when (e is TargetFailureException or OperationCanceledException)
        {
            // The poll reports the failure of the connection.
            _askedAt = null;
        }
    }

    // Replaced atomically, because an answer may arrive while a poll reads.
    private sealed record CachedAnswer(T Value, TimeSpan At, DateTimeOffset Time);
}
