using FleetExporter.Config;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.Tests.Remote;

public sealed class OpenSshArgumentsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ControlDirectory _controls;
    private readonly SshConfig _config = new() { KnownHosts = "/data/known_hosts" };

    public OpenSshArgumentsTests() => _controls = new ControlDirectory(_folder.Path);

    [Fact]
    public void The_default_arguments_are_safe()
    {
        Assert.Equal(
            "-F none -T -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=\"/data/known_hosts\" -o UpdateHostKeys=no "
            + "-o ConnectTimeout=10 -o ConnectionAttempts=1 -o ClearAllForwardings=yes -o ForwardAgent=no -o ForwardX11=no -o PermitLocalCommand=no "
            + "-o EscapeChar=none -o RemoteCommand=none -o ControlPath=\"SOCKET\" -o ControlPersist=no -o ControlMaster=yes -o LogLevel=DEBUG1 "
            + "-- spark-1.lan exec sh -s",
            Line("spark-1.lan", _config));
    }

    [Fact]
    public void The_gpu_stream_shares_the_connection_of_the_vitals_stream()
    {
        var line = Line("spark-1.lan", _config, StreamKind.Gpu);

        Assert.Contains("-o ControlPath=\"SOCKET\" -o ControlPersist=no -o ControlMaster=no -o LogLevel=ERROR -- ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("DEBUG1", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loop_never_opens_a_connection() => Assert.Contains(
        "-o ControlMaster=no -o LogLevel=ERROR -o ProxyCommand=false -- ", Line("spark-1.lan", _config, StreamKind.Loop), StringComparison.Ordinal);

    [Fact]
    public void Only_the_configured_key_is_offered_and_user_and_port_are_passed() => Assert.EndsWith(
        " -i /keys/id -o IdentitiesOnly=yes -l fleet -p 2222 -- gpu-1 exec sh -s",
        Line("gpu-1:2222", _config with { User = "fleet", KeyFile = "/keys/id" }), StringComparison.Ordinal);

    [Theory]
    [InlineData("fd00::7", "-- fd00::7 exec sh -s")]
    [InlineData("[fd00::7]:2222", "-p 2222 -- fd00::7 exec sh -s")]
    [InlineData("fe80::1%eth0", "-- fe80::1%eth0 exec sh -s")]
    public void An_IPv6_address_is_passed_without_brackets(string address, string end) =>
        Assert.EndsWith(end, Line(address, _config), StringComparison.Ordinal);

    [Fact]
    public void New_keys_are_accepted_only_if_configured() => Assert.Contains(
        "-o StrictHostKeyChecking=accept-new ", Line("a", _config with { HostKeys = HostKeyPolicy.AcceptNew }), StringComparison.Ordinal);

    [Fact]
    public void A_config_file_replaces_none() =>
        Assert.StartsWith("-F /etc/fleet/ssh_config -T ", Line("a", _config with { ConfigFile = "/etc/fleet/ssh_config" }), StringComparison.Ordinal);

    [Fact]
    public void A_path_with_blanks_and_percent_stays_one_path() => Assert.Contains(
        "UserKnownHostsFile=\"/my data/100%%/known_hosts\"", Arguments("a", _config with { KnownHosts = "/my data/100%/known_hosts" }));

    [Fact]
    public void Parts_of_a_second_are_rounded_up() => Assert.Contains(
        "ConnectTimeout=3", Arguments("a", _config with { ConnectTimeout = TimeSpan.FromSeconds(2.1) }));

    [Theory]
    [InlineData(StreamKind.Vitals)]
    [InlineData(StreamKind.Gpu)]
    public void The_host_always_follows_the_end_of_options(StreamKind kind)
    {
        // The configuration rejects such a name; this is the second line of defence.
        var arguments = new OpenSsh(new HostAddress("-oProxyCommand=evil", null), _config, _controls).Arguments(kind);

        Assert.Equal(["--", "-oProxyCommand=evil", "exec sh -s"], arguments.TakeLast(3));
        Assert.Equal(1, arguments.Count(a => a == "--"));
    }

    public void Dispose()
    {
        _controls.Dispose();
        _folder.Dispose();
    }

    private IReadOnlyList<string> Arguments(string address, SshConfig config, StreamKind kind = StreamKind.Vitals)
    {
        Assert.True(HostAddress.TryParse(address, out var parsed, out var error), error);
        return new OpenSsh(parsed, config, _controls).Arguments(kind);
    }

    private string Line(string address, SshConfig config, StreamKind kind = StreamKind.Vitals)
    {
        var arguments = Arguments(address, config, kind).Select(a => a.StartsWith("ControlPath=", StringComparison.Ordinal) ? Socket(a) : a);
        return string.Join(' ', arguments);
    }

    private string Socket(string argument)
    {
        Assert.StartsWith($"ControlPath=\"{_folder.Path}/fleet-exporter-", argument, StringComparison.Ordinal);
        return "ControlPath=\"SOCKET\"";
    }
}
