using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// A host reached by the built-in SSH client. The vitals stream owns the connection; the others and commands are channels on it. The GPU stream and
/// commands, but no loop, have their own connections if the server allows too few sessions.
/// </summary>
internal sealed class BuiltinSsh : IShell
{
    private const string Shell = "exec sh -s";

    private readonly HostAddress _address;
    private readonly SshConfig _config;
    private readonly KnownHosts _knownHosts;
    private readonly TimeProvider _clock;
    private volatile SshHandshake? _handshake;
    private volatile SshConnection? _connection;

    public BuiltinSsh(HostAddress address, SshConfig config, TimeProvider clock)
    {
        _address = address;
        _config = config;
        _knownHosts = new KnownHosts(config.KnownHosts);
        _clock = clock;
    }

    /// <summary>
    /// Whether the server has sent its version.
    /// A server that accepts connections and sends nothing uses no CPU time, so it does not count as reached.
    /// </summary>
    public bool Reached => _handshake is { Phase: > ConnectPhase.Connecting };

    public bool Connects(StreamKind kind) => kind == StreamKind.Vitals;

    public Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation) =>
        kind == StreamKind.Vitals ? StartFirstAsync(cancellation) : StartOnConnectionAsync(kind, cancellation);

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) => StartOnConnectionAsync(null, cancellation);

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived)
    {
        if (_connection?.EndReason is { } reason)
        {
            return reason;
        }

        var lastError = Printable.Line(errorText.Split('\n').LastOrDefault(l => l.Length > 0) ?? "", 300);
        return helloReceived
            ? new(SshFailure.Closed, lastError.Length > 0 ? lastError : "the sampler ended")
            : new(SshFailure.Shell, $"logged in, but `{Shell}` did not start the sampler{(lastError.Length > 0 ? ": " + lastError : "")}");
    }

    public StreamException ExplainTimeout(string errorText, TimeSpan waited) => _handshake?.Phase switch
    {
        ConnectPhase.Open => new(SshFailure.Shell, $"logged in, but no hello from the sampler within {waited.TotalSeconds:0} s"),
        ConnectPhase.Handshake or ConnectPhase.Login =>
            new(SshFailure.Timeout, $"connected, but the SSH handshake did not complete within {waited.TotalSeconds:0} s"),
        _ => new(SshFailure.Timeout, $"no answer within {waited.TotalSeconds:0} s"),
    };

    private async Task<IShellProcess> StartFirstAsync(CancellationToken stop)
    {
        var connection = await ConnectAsync(stop).ConfigureAwait(false);
        _connection = connection;
        return await OwningProcess.StartAsync(connection, isCommand: false, stop).ConfigureAwait(false);
    }

    /// <param name="kind">Null for a command.</param>
    private async Task<IShellProcess> StartOnConnectionAsync(StreamKind? kind, CancellationToken stop)
    {
        var isCommand = kind is null;
        if (_connection is not { EndReason: null } connection)
        {
            throw new StreamException(SshFailure.Closed, "the host is not connected");
        }

        try
        {
            return await connection.StartAsync(Shell, isCommand, stop).ConfigureAwait(false);
        }
        catch (SessionRefusedException e) when (kind == StreamKind.Loop)
        {
            throw new StreamException(SshFailure.Shell, $"the server allows no further session: {e.Message}");
        }
        catch (SessionRefusedException)
        {
            var own = await new SshHandshake(_address, _config, _knownHosts, _clock).RunAsync(stop).ConfigureAwait(false);
            return await OwningProcess.StartAsync(own, isCommand, stop).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new StreamException(SshFailure.Closed, e.Message);
        }
    }

    private Task<SshConnection> ConnectAsync(CancellationToken stop)
    {
        var handshake = new SshHandshake(_address, _config, _knownHosts, _clock);
        _handshake = handshake;
        return handshake.RunAsync(stop);
    }

    /// <summary>A process that owns its connection.</summary>
    private sealed class OwningProcess(SshConnection connection, SshChannel channel) : IShellProcess
    {
        public Stream Input => channel.Input;

        public Stream Output => channel.Output;

        public Stream ErrorOutput => channel.ErrorOutput;

        public string ErrorText => channel.ErrorText;

        public Task<int> Exited => channel.Exited;

        public static async Task<IShellProcess> StartAsync(SshConnection connection, bool isCommand, CancellationToken stop)
        {
            try
            {
                return new OwningProcess(connection, await connection.StartAsync(Shell, isCommand, stop).ConfigureAwait(false));
            }
            catch (Exception e)
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw e switch
                {
                    SessionRefusedException => new StreamException(SshFailure.Shell, $"logged in, but the server opens no session: {e.Message}"),
                    IOException => new StreamException(SshFailure.Closed, e.Message),
                    _ => e,
                };
            }
        }

        public async ValueTask DisposeAsync()
        {
            await channel.DisposeAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
