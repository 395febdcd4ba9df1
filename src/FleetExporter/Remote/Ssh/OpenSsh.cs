using FleetExporter.Config;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// A host reached by OpenSSH's client. The vitals stream is the multiplexing master; other streams and commands are sessions on it through the
/// control socket. The GPU stream and commands, but no loop, are connections of their own if the server allows too few sessions.
/// </summary>
/// <remarks>Only this class and <see cref="SshErrors"/> depend on OpenSSH's behaviour. Written for OpenSSH 8.4 and later.</remarks>
internal sealed class OpenSsh : IShell
{
    /// <summary>Makes every prompt of ssh (password, new key) fail instead of waiting for a person.</summary>
    private static readonly Dictionary<string, string> NoPrompts = new()
    {
        ["SSH_ASKPASS"] = "/bin/false",
        ["SSH_ASKPASS_REQUIRE"] = "force",
        ["LC_ALL"] = "C",
    };

    private readonly HostAddress _address;
    private readonly SshConfig _config;
    private readonly ControlDirectory _controls;
    private readonly string _program;
    private string _controlPath;
    private volatile Func<string> _connecting = static () => "";

    public OpenSsh(HostAddress address, SshConfig config, ControlDirectory controls, string program = "ssh")
    {
        _address = address;
        _config = config;
        _controls = controls;
        _program = program;
        _controlPath = controls.NewSocketPath();
    }

    public Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation)
    {
        if (!Connects(kind))
        {
            return Task.FromResult<IShellProcess>(Launch(Arguments(kind)));
        }

        // A new path for every connection: with a socket left by a killed master, ssh would disable multiplexing.
        _controlPath = _controls.NewSocketPath();
        var connection = Launch(Arguments(kind));
        _connecting = () => connection.ErrorText;
        return Task.FromResult<IShellProcess>(connection);
    }

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) =>
        Task.FromResult<IShellProcess>(Launch(Arguments(null), keepsErrors: false));

    public bool Connects(StreamKind kind) => kind == StreamKind.Vitals;

    public bool Reached => SshErrors.Reached(_connecting());

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived) =>
        SshErrors.Explain(errorText, helloReceived, _address, _config);

    public StreamException ExplainTimeout(string errorText, TimeSpan waited) => SshErrors.ExplainTimeout(errorText, waited);

    /// <param name="kind">Null for a command.</param>
    internal IReadOnlyList<string> Arguments(StreamKind? kind)
    {
        List<string> arguments =
        [
            "-F", _config.ConfigFile ?? "none",
            "-T",
            .. Option("BatchMode", "yes"),
            .. Option("StrictHostKeyChecking", _config.HostKeys == HostKeyPolicy.AcceptNew ? "accept-new" : "yes"),
            .. Option("UserKnownHostsFile", Quoted(_config.KnownHosts)),
            .. Option("UpdateHostKeys", "no"),
            .. Option(
                "ConnectTimeout",
                ((int)Math.Ceiling(_config.ConnectTimeout.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture)),
            .. Option("ConnectionAttempts", "1"),
            .. Option("ClearAllForwardings", "yes"),
            .. Option("ForwardAgent", "no"),
            .. Option("ForwardX11", "no"),
            .. Option("PermitLocalCommand", "no"),
            .. Option("EscapeChar", "none"),
            .. Option("RemoteCommand", "none"),
            .. Option("ControlPath", Quoted(_controlPath)),
            .. Option("ControlPersist", "no"),
            .. kind == StreamKind.Vitals
                ? (IEnumerable<string>)[.. Option("ControlMaster", "yes"), .. Option("LogLevel", "DEBUG1")]
                : [.. Option("ControlMaster", "no"), .. Option("LogLevel", "ERROR")],
        ];
        if (kind == StreamKind.Loop)
        {
            // A session on the open connection uses no proxy; a connection of its own would, and fails.
            arguments.AddRange(Option("ProxyCommand", "false"));
        }

        if (_config.KeyFile is { } key)
        {
            arguments.AddRange(["-i", key, .. Option("IdentitiesOnly", "yes")]);
        }

        if (_config.User is { } user)
        {
            arguments.AddRange(["-l", user]);
        }

        if (_address.Port is { } port)
        {
            arguments.AddRange(["-p", port.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }

        arguments.AddRange(["--", _address.Host, "exec sh -s"]);
        return arguments;
    }

    private ShellProcess Launch(IReadOnlyList<string> arguments, bool keepsErrors = true)
    {
        try
        {
            return new ShellProcess(_program, arguments, killable: true, NoPrompts, keepsErrors);
        }
        catch (StreamException) when (!SshClientChoice.HasOpenSsh(Environment.GetEnvironmentVariable))
        {
            var reason = SshClientChoice.Of(_config, Environment.GetEnvironmentVariable).Reason;
            throw new StreamException(
                SshFailure.Shell,
                $"the host requires OpenSSH's client ({reason}), which is not installed "
                + "on this machine: install it (Debian: openssh-client), or change that setting");
        }
    }

    private static string[] Option(string name, string value) => ["-o", $"{name}={value}"];

    /// <summary>Quotes a path for -o, where blanks separate paths and % is expanded.</summary>
    private static string Quoted(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";
}
