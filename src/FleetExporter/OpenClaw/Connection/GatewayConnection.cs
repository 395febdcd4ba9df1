using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>
/// One connection to an OpenClaw gateway: a read-only login, then requests by id whose answers come in any order,
/// and events between them. A receive is always pending.
/// When it ends, all pending requests fail with the same reason, and a new connection is needed.
/// </summary>
internal sealed class GatewayConnection : IAsyncDisposable
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    private readonly GatewaySocket _socket;
    private readonly TimeProvider _clock;
    private readonly Action<string, JsonElement>? _onEvent;
    private readonly ConcurrentDictionary<string, Request> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _end = new();
    private readonly ITimer _watchdog;
    private readonly Task _receiving;
    private TargetFailureException? _failure;
    private string? _shutdownReason;
    private long _lastReceived;
    private long _lastId;

    private GatewayConnection(GatewaySocket socket, GatewayHello hello, TimeProvider clock, Action<string, JsonElement>? onEvent)
    {
        _socket = socket;
        _clock = clock;
        _onEvent = onEvent;
        Hello = hello;
        _lastReceived = clock.GetTimestamp();
        _watchdog = clock.CreateTimer(_ => CheckSilence(), null, hello.Tick, hello.Tick);
        _receiving = Task.Factory.StartNew(Receive, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public GatewayHello Hello { get; }

    /// <summary>Why it ended; null while it is open.</summary>
    public TargetFailureException? Failure => Volatile.Read(ref _failure);

    /// <summary>Time since the last message.</summary>
    public TimeSpan Silence => _clock.GetElapsedTime(Interlocked.Read(ref _lastReceived));

    /// <summary>Connects and logs in.</summary>
    /// <param name="refusesLinkLocal"><see cref="Config.TargetConfig.RefusesLinkLocal"/>.</param>
    /// <param name="onEvent">Gets the name and payload of each event; must not wait, nor keep a reference to the payload.</param>
    /// <exception cref="TargetFailureException">The connection or the login failed.</exception>
    public static async Task<GatewayConnection> OpenAsync(
        Uri url, GatewayLogin login, TimeProvider clock, CancellationToken cancellationToken, bool refusesLinkLocal = false,
        Action<string, JsonElement>? onEvent = null)
    {
        var socket = new GatewaySocket(refusesLinkLocal);
        try
        {
            await socket.ConnectAsync(url, cancellationToken).ConfigureAwait(false);
            var hello = await LogInAsync(socket, login, cancellationToken).ConfigureAwait(false);
            socket.MaxMessage = hello.MaxMessage;
            return new GatewayConnection(socket, hello, clock, onEvent);
        }
        catch
        {
            socket.Abort();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Sends a request and parses its answer before the next message is received, so that memory holds one answer at a time, however many
    /// requests are pending.
    /// </summary>
    /// <param name="parse">Parses the payload, and must not keep a reference to it.</param>
    /// <exception cref="GatewayErrorException">The gateway answered with an error.</exception>
    /// <exception cref="TargetFailureException">The connection ended before the answer.</exception>
    public async Task<T> AskAsync<T>(GatewayCall call, Func<JsonElement, T> parse, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId).ToString(CultureInfo.InvariantCulture);
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = new Request(message => answer.TrySetResult(parse(Payload(call, message))), e => answer.TrySetException(e));
        try
        {
            if (Failure is { } failure)
            {
                throw Copy(failure);
            }

            // Cancelling a send would abort the connection, so it uses the connection's own token.
            _ = SendAsync($$"""{"type":"req","id":"{{id}}","method":"{{call.Method}}","params":{{call.Parameters}}}""");
            return await answer.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Ends the connection because the gateway is silent.</summary>
    public void GiveUp() => End(new TargetFailureException(TargetFailure.Timeout, $"the gateway has been silent for {Silence.TotalSeconds:0} s"));

    public async ValueTask DisposeAsync()
    {
        if (Failure is null)
        {
            using var timeout = new CancellationTokenSource(CloseTimeout);
            await _socket.CloseAsync(timeout.Token).ConfigureAwait(false);
            await _receiving.WaitAsync(CloseTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        End(new TargetFailureException(TargetFailure.Protocol, "closed by the exporter"));
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watchdog.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
        _end.Dispose();
    }

    private static async Task<GatewayHello> LogInAsync(GatewaySocket socket, GatewayLogin login, CancellationToken cancellationToken)
    {
        byte[] connect;
        using (var challenge = GatewaySocket.Parse(await socket.ReceiveAsync(cancellationToken).ConfigureAwait(false)))
        {
            if (challenge.RootElement.Text("event") != "connect.challenge")
            {
                throw new TargetFailureException(
                    TargetFailure.Protocol, "not an OpenClaw gateway: its first message is not connect.challenge");
            }

            connect = login.Request(challenge.RootElement.Member("payload") ?? default);
        }

        await socket.SendAsync(connect, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            using var received = GatewaySocket.Parse(await socket.ReceiveAsync(cancellationToken).ConfigureAwait(false));
            var message = received.RootElement;
            if (message.Text("type") == "res" && message.Text("id") == "connect")
            {
                return message.Flag("ok") == true
                    ? GatewayHello.Parse(message.Member("payload") ?? default)
                    : throw Refused(GatewayError.Parse(message.Member("error") ?? default), login);
            }
        }
    }

    private static JsonElement Payload(GatewayCall call, JsonElement message) => message.Flag("ok") == true
        ? message.Member("payload") ?? default
        : throw new GatewayErrorException(call.Method, GatewayError.Parse(message.Member("error") ?? default));

    private static TargetFailureException Refused(GatewayError error, GatewayLogin login) => error switch
    {
        { Reason: TargetFailure.Protocol, ExpectedProtocol: { } protocol } => GatewayHello.Unspoken(protocol),
        { IsWaitingForApproval: true } => new TargetFailureException(
            TargetFailure.Auth,
            $"waiting for approval: run `openclaw devices approve {error.PairingRequest}` on the gateway's host, "
            + $"for the device {login.DeviceId?[..12]}…"),
        { NeedsDevice: true } => new TargetFailureException(
            TargetFailure.Auth, "the gateway wants a signed device: set device: true for it in fleet.yml, or reach it over a tunnel to its loopback"),
        _ => new TargetFailureException(error.Reason, $"the gateway refused the connection: {error}"),
    };

    private async Task SendAsync(string message)
    {
        try
        {
            await _socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(message), _end.Token).ConfigureAwait(false);
        }
        catch (TargetFailureException e)
        {
            End(e);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The connection has ended, and End has failed all requests.
        }
    }

    /// <remarks>Runs on its own thread, because threads keep the pooled buffers of the large messages they parsed.</remarks>
    private void Receive()
    {
        try
        {
            while (true)
            {
                using var message = GatewaySocket.Parse(_socket.ReceiveAsync(_end.Token).GetAwaiter().GetResult());
                Interlocked.Exchange(ref _lastReceived, _clock.GetTimestamp());
                Dispatch(message.RootElement);
            }
        }
        catch (TargetFailureException e)
        {
            End(_shutdownReason is null ? e : new TargetFailureException(e.Reason, $"{e.Message}; the gateway had announced: {_shutdownReason}", e));
        }
        catch (OperationCanceledException)
        {
            End(new TargetFailureException(TargetFailure.Protocol, "the connection was ended"));
        }
        catch (Exception e)
        {
            End(new TargetFailureException(TargetFailure.Bug, e.Message, e));
        }
    }

    private void Dispatch(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw new TargetFailureException(TargetFailure.Protocol, "the gateway sent a message that is not an object");
        }

        switch (message.Text("type"))
        {
            case "res" when message.Text("id") is { } id && _waiting.TryRemove(id, out var request):
                request.CompleteOrFail(message);
                break;
            case "event" when message.Text("event") == "shutdown":
                _shutdownReason = Printable.Line(message.Member("payload")?.Text("reason") ?? "shutdown", 100);
                break;
            case "event" when message.Text("event") is { } name:
                _onEvent?.Invoke(name, message.Member("payload") ?? default);
                break;
        }
    }

    private void CheckSilence()
    {
        if (Silence > 2 * Hello.Tick)
        {
            GiveUp();
        }
    }

    private void End(TargetFailureException failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is not null)
        {
            return;
        }

        _socket.Abort();
        _end.Cancel();
        foreach (var id in _waiting.Keys)
        {
            if (_waiting.TryRemove(id, out var request))
            {
                request.Fail(Copy(failure));
            }
        }
    }

    // A new exception per request: one that is thrown repeatedly would accumulate stack traces.
    private static TargetFailureException Copy(TargetFailureException failure) => new(failure.Reason, failure.Message, failure);

    /// <summary>A pending request.</summary>
    private sealed record Request(Action<JsonElement> Complete, Action<Exception> Fail)
    {
        public void CompleteOrFail(JsonElement message)
        {
            try
            {
                Complete(message);
            }
            catch (Exception e)
            {
                Fail(e);
            }
        }
    }
}
