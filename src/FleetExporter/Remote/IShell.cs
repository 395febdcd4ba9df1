namespace FleetExporter.Remote;

/// <summary>Starts shells on a host: locally, with the built-in SSH client or with OpenSSH's.</summary>
internal interface IShell
{
    /// <summary>Starts <c>sh -s</c> on the host for one stream. Later failures show in its output and exit code.</summary>
    /// <exception cref="StreamException">The connection failed, or the client is not installed.</exception>
    Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation);

    /// <summary>Starts <c>sh -s</c> for one command, as leader of its own process group, on the open connection.</summary>
    /// <exception cref="StreamException">The host is not connected, or runs no commands.</exception>
    Task<IShellProcess> StartCommandAsync(CancellationToken cancellation);

    /// <summary>Whether starting a stream of this kind opens a new connection, which counts against the limit on handshakes.</summary>
    bool Connects(StreamKind kind);

    /// <summary>Whether the server has answered the latest connection attempt; until then the attempt uses no CPU time.</summary>
    bool Reached => true;

    /// <summary>Explains the end of a process from its exit code and standard error.</summary>
    /// <param name="helloReceived">Whether the sampler had sent its hello.</param>
    StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived);

    /// <summary>Explains why the sampler sent no hello within the limit, from the phase the attempt had reached.</summary>
    StreamException ExplainTimeout(string errorText, TimeSpan waited) => new(SshFailure.Timeout, $"no answer within {waited.TotalSeconds:0} s");
}

/// <summary>The streams of a host. GPUs have their own, so that a hanging driver blocks no other collector.</summary>
public enum StreamKind
{
    /// <summary>Host, tmux, units: everything that does not use the GPU driver. Owns the connection.</summary>
    Vitals,

    /// <summary>nvidia-smi; a second SSH session on the connection of <see cref="Vitals"/>.</summary>
    Gpu,

    /// <summary>One nvidia-smi that prints a sample per interval; a session on the connection of <see cref="Vitals"/>, never its own.</summary>
    Loop,
}

/// <summary>A running <c>sh -s</c>, ended by disposal.</summary>
internal interface IShellProcess : IAsyncDisposable
{
    Stream Input { get; }

    Stream Output { get; }

    /// <summary>Standard error of a command; empty for a stream, whose errors are in <see cref="ErrorText"/>.</summary>
    Stream ErrorOutput => Stream.Null;

    /// <summary>The last lines of standard error so far; empty for a command.</summary>
    string ErrorText { get; }

    /// <summary>Completes with the exit code when the process has ended.</summary>
    Task<int> Exited { get; }
}
