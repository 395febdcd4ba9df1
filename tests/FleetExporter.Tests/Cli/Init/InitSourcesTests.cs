using FleetExporter.Config;

namespace FleetExporter.Tests.Cli.Init;

/// <summary>Hosts and settings from options and files, and mistakes in them.</summary>
public sealed class InitSourcesTests
{
    [Fact]
    public async Task Options_and_files_become_the_hosts_that_were_given()
    {
        using var run = new InitRun();
        var lines = run.Write("hosts.txt", "# the lab\ngpu-2=ann@10.0.0.8:2222   # rack 2\n\nspark.lan\nv6=[fd00::1]:22\n");
        var ssh = run.Write(
            "config",
            "Host rack-* !x\n  User rack\nHost rack-7 rack-8\n  HostName %h.lan\n  Port 2200\n  IdentityFile ~/.ssh/rack\n"
            + "Host *\n  ProxyJump bastion\n");

        Assert.Equal(0, await run.RunAsync(
            "--host", "gpu-1=fleet@10.0.0.7", "--host", "a b=box", "--hosts-file", lines, "--ssh-config", ssh, "--user", "fleet",
            "--key-file", "~/.ssh/fleet", "--data-dir", run.PathOf("var"), "--listen", "127.0.0.1:9999", "--no-probe"));

        var config = run.Load();
        Assert.Equal(
            [
                "rack-7 rack@rack-7.lan:2200 /home/ann/.ssh/rack", "rack-8 rack@rack-8.lan:2200 /home/ann/.ssh/rack",
                "gpu-2 ann@10.0.0.8:2222 /home/ann/.ssh/fleet", "spark.lan fleet@spark.lan /home/ann/.ssh/fleet",
                "v6 fleet@[fd00::1]:22 /home/ann/.ssh/fleet", "gpu-1 fleet@10.0.0.7 /home/ann/.ssh/fleet",
                "a b fleet@box /home/ann/.ssh/fleet",
            ],
            config.Hosts.Select(h => $"{h.Name} {h.Ssh.User}@{h.Address} {h.Ssh.KeyFile}"));
        Assert.Equal((run.PathOf("var"), "127.0.0.1:9999"), (config.DataDir, config.Listen.ToString()));
        Assert.Contains($"{ssh}:8: ProxyJump: Jump hosts are not imported", run.Messages.ToString(), StringComparison.Ordinal);
        Assert.Contains("  # Line 8 of the ssh_config: ProxyJump was not imported\n", run.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hosts_yml_is_taken_over_and_what_has_no_equivalent_is_reported()
    {
        using var run = new InitRun();
        var file = run.Write("hosts.yml", """
            polling_interval_seconds: 30
            legacy_threshold_hours: 48
            alerts:
              enabled: true
              session_cpu_warning: 85
              session_memory_mb_warning: 1536
              host_cpu_warning: 90
              host_memory_warning: 92.5
              gpu_temp_warning: 78
              gpu_temp_critical: 88
              gpu_memory_warning: 95
            ssh:
              user: tmux-dash
              key_path: /opt/tmux-dashboard/.ssh/id_ed25519
              timeout: 12
              known_hosts: null
            hosts:
              - name: pve1
                address: 192.168.1.10
                has_gpu: true
              - name: pi-01
                address: pi.lan
                has_gpu: false
                rack: 4
            """);

        Assert.Equal(0, await run.RunAsync("--hosts-yml", file, "--no-probe"));

        var config = run.Load();
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromHours(48)), (config.PollInterval, config.LegacyAfter));
        Assert.Equal(
            [0.85, 1536 * 1048576.0, 0.9, 0.925, 78, 88, 0.95],
            new[]
            {
                "session_cpu_ratio", "session_memory_bytes", "host_cpu_ratio", "host_memory_ratio", "gpu_temperature_warning_celsius",
                "gpu_temperature_critical_celsius", "gpu_memory_ratio",
            }.Select(name => config.Thresholds[name]));
        Assert.Equal(
            ["pve1 192.168.1.10 True", "pi-01 pi.lan False"], config.Hosts.Select(h => $"{h.Name} {h.Address} {h.Gpu}"));
        var ssh = config.Hosts[0].Ssh;
        Assert.Equal(
            ("tmux-dash", "/opt/tmux-dashboard/.ssh/id_ed25519", TimeSpan.FromSeconds(12), HostKeyPolicy.Strict),
            (ssh.User, ssh.KeyFile, ssh.ConnectTimeout, ssh.HostKeys));
        foreach (var note in new[]
        {
            "4: alerts.enabled has no equivalent", "16: known_hosts: null accepts any key", "24: hosts.rack has no equivalent",
        })
        {
            Assert.Contains($"note: {file}:{note}", run.Messages.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task All_mistakes_are_reported_at_once_with_file_and_line_and_nothing_is_written()
    {
        using var run = new InitRun();
        var lines = run.Write("hosts.txt", "good=10.0.0.1\nbad host\nx=a:99999\nBad!=10.0.0.2\ngood=10.0.0.3\nu=U SER@h\n");
        var ssh = run.Write("config", "Host a\n  Port many\nHost b\n  HostName -oProxyCommand=x\n");
        var yml = run.Write(
            "hosts.yml", "polling_interval_seconds: soon\nhosts:\n  - name: n\n  - { name: m, address: h, has_gpu: maybe }\nssh: { user: 'a b' }\n");

        Assert.Equal(1, await run.RunAsync(
            "--hosts-file", lines, "--ssh-config", ssh, "--hosts-yml", yml, "--hosts-file", run.PathOf("missing"), "--host", "-x", "--no-probe"));

        var said = run.Messages.ToString();
        foreach (var place in new[]
        {
            $"{lines}:2: 'bad host' is not a valid address", $"{lines}:3: 'a:99999' has an invalid port", $"{lines}:4: 'Bad!' is not a valid name",
            $"{lines}:5: the name good is already given at {lines}:1", $"{lines}:6: 'U SER' is not a valid user name",
            $"{ssh}:1: Port 'many' is not a number", $"{ssh}:3: HostName '-oProxyCommand=x' is not a valid name",
            $"{yml}:1: polling_interval_seconds is not a whole number", $"{yml}:3: a host needs name and address", $"{yml}:4: has_gpu is neither",
            $"{yml}:5: user is not a valid user name", run.PathOf("missing"), "--host: '-x' is not a valid address",
        })
        {
            Assert.Contains(place, said, StringComparison.Ordinal);
        }

        Assert.EndsWith("fleet-exporter: nothing was written\n", said, StringComparison.Ordinal);
        Assert.False(File.Exists(run.File));
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("- a")]
    [InlineData("hosts: 5")]
    [InlineData("hosts: [5]")]
    [InlineData("ssh: 5")]
    [InlineData("alerts: { gpu_temp_warning: hot }")]
    [InlineData("alerts: { gpu_temp_warning: -1 }")]
    [InlineData("ssh: { key_path: \"a\\nb\" }")]
    public async Task An_invalid_hosts_yml_is_an_error_with_its_place(string text)
    {
        using var run = new InitRun();
        var file = run.Write("hosts.yml", text);

        Assert.Equal(1, await run.RunAsync("--hosts-yml", file, "--no-probe"));
        Assert.StartsWith(file, run.Messages.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(run.File));
    }

    [Fact]
    public async Task A_network_address_without_a_key_is_refused()
    {
        using var run = new InitRun();

        Assert.Equal(1, await run.RunAsync("--listen", "0.0.0.0:9470", "--no-probe"));
        Assert.Contains("keys has no entry", run.Messages.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(run.File));
    }
}
