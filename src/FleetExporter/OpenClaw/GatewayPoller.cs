using FleetExporter.Config;
using FleetExporter.OpenClaw.Connection;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Targets;

namespace FleetExporter.OpenClaw;

/// <summary>Polls one gateway over a persistent connection, with at most one connection attempt per poll.</summary>
/// <param name="link">Gets its connections and the events on them.</param>
internal sealed class GatewayPoller(GatewayConfig gateway, TargetContext tools, GatewayLink link) : ITargetPoller
{
    private readonly TimeProvider _clock = tools.Clock;
    private readonly GatewayHttp _http = new(gateway.Url, gateway.RefusesLinkLocal);
    private readonly GatewaySources _sources = new(tools.Clock, link.Log);
    private GatewayConnection? _connection;
    private GatewayHealth? _health;
    private bool? _healthUnderstood;
    private TimeSpan? _latency;
    private DateTimeOffset? _startedAt;
    private GatewayCrons? _crons;

    public async Task<TargetReading> AskAsync(CancellationToken cancellationToken)
    {
        // Shorter than the caller's deadline, so that a silent gateway still has a reading with its health endpoints.
        using var deadline = new CancellationTokenSource(0.9 * gateway.Timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        var probing = _http.ProbesAsync(either.Token);
        var problem = await AskGatewayAsync(either.Token, cancellationToken).ConfigureAwait(false);
        var probes = await probing.ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (problem is not null)
        {
            Forget(problem.Reason);
        }

        if (_sources.Crons.Value is { } crons && !ReferenceEquals(crons, _crons))
        {
            foreach (var change in link.Events.TellsCrons ? [] : CronChanges.Between(_crons, crons))
            {
                link.Events.Add(change);
            }

            _crons = crons;
        }

        return Read(probes, problem);
    }

    public async ValueTask DisposeAsync()
    {
        tools.Links.Remove(gateway.Name, link);
        if (_connection is not null)
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }

        _http.Dispose();
    }

    private async Task<TargetFailureException?> AskGatewayAsync(CancellationToken either, CancellationToken stop)
    {
        var started = _clock.GetTimestamp();
        try
        {
            var connection = await ConnectedAsync(either).ConfigureAwait(false);
            var sentAt = _clock.GetTimestamp();
            await AskHealthAsync(connection, either).ConfigureAwait(false);
            _latency = _clock.GetElapsedTime(sentAt);

            // Slow calls continue during the next polls.
            using var timeout = new CancellationTokenSource(0.6 * gateway.Timeout, _clock);
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(either, timeout.Token);
            try
            {
                await Task.WhenAll(_sources.All.Select(s => s.PollAsync(connection))).WaitAsync(enough.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // Slow answers are read by a later poll.
            }

            return connection.Failure;
        }
        catch (TargetFailureException e)
        {
            return e;
        }
        catch (GatewayErrorException e)
        {
            return new TargetFailureException(e.Error.Code is "FORBIDDEN" ? TargetFailure.Auth : TargetFailure.ReportedError, e.Message, e);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // No message at all: reconnect. A gateway that is only slow keeps its connection.
            if (_connection is { } connection && connection.Silence >= _clock.GetElapsedTime(started))
            {
                connection.GiveUp();
            }

            return new TargetFailureException(TargetFailure.Timeout, $"no answer within {Duration.Format(gateway.Timeout)}");
        }
    }

    private async Task<GatewayConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        if (_connection is { Failure: null } standing)
        {
            return standing;
        }

        if (_connection is { } old)
        {
            _connection = null;
            await old.DisposeAsync().ConfigureAwait(false);
        }

        var login = new GatewayLogin(
            await SecretFile.ReadAsync(gateway.TokenFile, cancellationToken).ConfigureAwait(false), gateway.HasDevice ? tools.Device?.Read() : null);
        _connection = await GatewayConnection.OpenAsync(gateway.Url, login, _clock, cancellationToken, gateway.RefusesLinkLocal, link.Take)
            .ConfigureAwait(false);
        link.Connection = _connection;
        Subscribe(_connection);
        foreach (var source in _sources.All)
        {
            source.Reconnected();
        }

        return _connection;
    }

    /// <summary>Adds events of created and removed sessions to those that every connection gets. Older gateways have no such request.</summary>
    private static void Subscribe(GatewayConnection connection) => _ = connection
        .AskAsync(GatewayCall.SessionsSubscribe, static _ => true, CancellationToken.None)
        .ContinueWith(static asked => asked.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private async Task AskHealthAsync(GatewayConnection connection, CancellationToken stop)
    {
        try
        {
            _health = await connection.AskAsync(GatewayCall.Health, GatewayHealth.Parse, stop).ConfigureAwait(false);
            _healthUnderstood = true;
        }
        catch (FormatException)
        {
            _health = null;
            _healthUnderstood = false;
        }
    }

    private void Forget(TargetFailure reason)
    {
        _latency = null;
        _health = null;
        _healthUnderstood = null;

        // After a timeout, earlier answers remain until they are stale.
        if (reason is not (TargetFailure.Timeout or TargetFailure.Dns))
        {
            foreach (var source in _sources.All)
            {
                source.Forget();
            }
        }
    }

    private GatewayReading Read(GatewayProbes probes, TargetFailureException? problem)
    {
        var system = _sources.System.Value;
        var uptime = probes.Uptime ?? system?.Uptime;
        var startedAt = _clock.GetUtcNow() - uptime;

        // Recomputing it at each poll would shift it by milliseconds.
        _startedAt = startedAt is { } now && _startedAt is { } previous && (now - previous).Duration() < TimeSpan.FromSeconds(5)
            ? previous
            : startedAt;
        return new GatewayReading(gateway.Channels, probes)
        {
            Failure = problem is null ? null : new TargetFailureDetails(problem.Reason, problem.Message),
            Version = probes.Version ?? (problem is null ? _connection?.Hello.Version : null),
            Protocol = problem is null ? _connection?.Hello.Protocol : null,
            Sources = _sources.All.ToDictionary(s => s.Method, s => s.State),
            StartedAt = _startedAt,
            Latency = _latency,
            Understood = [
                .. _healthUnderstood is { } health ? [("health", health)] : Array.Empty<(string, bool)>(),
                .. _sources.All.Where(s => s.Understood is not null).Select(s => (s.Method, s.Understood!.Value)),
            ],
            Health = _health,
            Status = _sources.Status.Value,
            System = system,
            Channels = _sources.Channels.Value,
            Sessions = _sources.Sessions.Value,
            Tasks = _sources.Tasks.Value,
            Lanes = _sources.Lanes.Value,
            Crons = _sources.Crons.Value,
            CronRuns = _sources.CronRuns.Value,
            Heartbeat = _sources.Heartbeat.Value,
            Quotas = _sources.Quotas.Value,
            Usage = _sources.Usage.Value,
            Month = _sources.Month.Value,
            Infrastructure = _sources.Infrastructure.Value,
        };
    }
}
