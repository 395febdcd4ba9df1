namespace FleetExporter.Remote;

/// <summary>How a host is reached: a local shell, the built-in SSH client or OpenSSH's; tests replay captures.</summary>
internal interface IShell
{
    /// <summary>Starts <c>sh -s</c> on the host for one stream. What goes wrong later shows in the streams and the exit.</summary>
    /// <exception cref="StreamException">There is no connection, or the program to start is missing here.</exception>
    Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation);

    /// <summary>Starts <c>sh -s</c> for one command, as the leader of a process group of its own, on the connection that is open.</summary>
    /// <exception cref="StreamException">The host is not connected, or takes no commands.</exception>
    Task<IShellProcess> StartCommandAsync(CancellationToken cancellation);

    /// <summary>Whether starting a stream of this kind makes a new connection, which the limit on handshakes then counts.</summary>
    bool Connects(StreamKind kind);

    /// <summary>Whether somebody has answered the connection that was started last; until then it costs nobody anything.</summary>
    bool Reached => true;

    /// <summary>What the end of a process means, from its exit code and what it wrote to standard error.</summary>
    /// <param name="heard">True when the sampler had said hello before.</param>
    StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool heard);

    /// <summary>What it means that the sampler has not said hello within the limit: how far the attempt had come tells the reason.</summary>
    StreamException ExplainSilence(string errorText, TimeSpan waited) => new(SshFailure.Timeout, $"no answer within {waited.TotalSeconds:0} s");
}

/// <summary>The streams of a host. The one for GPUs is apart, so that a hanging driver stops nothing else.</summary>
public enum StreamKind
{
    /// <summary>Host, tmux, units: everything that does not touch the GPU driver. Carries the connection.</summary>
    Vitals,

    /// <summary>nvidia-smi; a second session on the connection of <see cref="Vitals"/>.</summary>
    Gpu,
}

/// <summary>A running <c>sh -s</c>. Disposing it ends it.</summary>
internal interface IShellProcess : IAsyncDisposable
{
    Stream Input { get; }

    Stream Output { get; }

    /// <summary>Standard error of a command as it comes; empty for a stream, whose errors are in <see cref="ErrorText"/>.</summary>
    Stream ErrorOutput => Stream.Null;

    /// <summary>The last lines of standard error so far; empty for a command.</summary>
    string ErrorText { get; }

    /// <summary>Completes with the exit code when the process has ended.</summary>
    Task<int> Exited { get; }
}
