using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Remote.Ssh;

/// <summary>
/// A host reached by OpenSSH's client. The vitals stream is the master of the connection; every other stream is a session on it through the
/// control socket, or a connection of its own where the server allows only one session.
/// </summary>
/// <remarks>All of OpenSSH's ways are here and in <see cref="SshErrors"/>. Written for OpenSSH 8.4 and later.</remarks>
internal sealed class OpenSsh : IShell
{
    /// <summary>A question of ssh (password, new key) is answered by this program, which fails: nothing ever waits for a person.</summary>
    private static readonly Dictionary<string, string> NeverAsk = new()
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

        // A new path for every connection: a socket left by a killed master would make ssh give up multiplexing.
        _controlPath = _controls.NewSocketPath();
        var connection = Launch(Arguments(kind));
        _connecting = () => connection.ErrorText;
        return Task.FromResult<IShellProcess>(connection);
    }

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) =>
        Task.FromResult<IShellProcess>(Launch(Arguments(null), keepsErrors: false));

    public bool Connects(StreamKind kind) => kind == StreamKind.Vitals;

    public bool Reached => SshErrors.Reached(_connecting());

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool heard) =>
        SshErrors.Explain(errorText, heard, _address, _config);

    public StreamException ExplainSilence(string errorText, TimeSpan waited) => SshErrors.ExplainSilence(errorText, waited);

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
            return new ShellProcess(_program, arguments, killable: true, NeverAsk, keepsErrors);
        }
        catch (StreamException) when (!SshClientChoice.HasOpenSsh(Environment.GetEnvironmentVariable))
        {
            var reason = SshClientChoice.Of(_config, Environment.GetEnvironmentVariable).Reason;
            throw new StreamException(
                SshFailure.Shell,
                $"the host is reached by OpenSSH's client ({reason}), which is not installed "
                + "on this machine: install it (Debian: openssh-client), or remove the reason");
        }
    }

    private static string[] Option(string name, string value) => ["-o", $"{name}={value}"];

    /// <summary>Paths in -o take quotes and expand %: a path with blanks stays one path.</summary>
    private static string Quoted(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";
}
