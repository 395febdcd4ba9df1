using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public abstract class ShellsTests(string client) : SshTests(client)
{
    private const string Noise = "echo Welcome to this machine\necho '@0 frame 1 2'\necho 'a warning' >&2\nprintf 'no line feed at the end'\n";

    /// <summary>Families of every Linux host with any shell.</summary>
    private static readonly string[] Expected =
    [
        "fleet_host_cpus", "fleet_host_cpu_seconds_total", "fleet_host_memory_total_bytes",
        "fleet_host_load_average", "fleet_host_network_receive_bytes_total",
        "fleet_host_filesystem_size_bytes", "fleet_tmux_up", "fleet_tmux_session_info",
        "fleet_tmux_session_memory_bytes", "fleet_tmux_session_cpu_ratio",
        "fleet_host_boot_timestamp_seconds", "fleet_host_clock_offset_seconds",
    ];

    [Fact]
    public async Task Login_shells_with_noisy_profiles_give_the_same_families()
    {
        using var folder = new TestFolder();
        await using var server = await SshServer.StartAsync(folder);
        // busybox acts by the name it is called by.
        var ash = folder.PathOf("ash");
        File.CreateSymbolicLink(ash, "/usr/bin/busybox");
        (string Name, string Shell, string StartFile)[] logins =
        [
            ("bash", "/bin/bash", ".bashrc"), ("dash", "/bin/dash", ".profile"), ("ash", ash, ".profile"),
            ("fish", "/usr/bin/fish", ".config/fish/config.fish"), ("tcsh", "/bin/tcsh", ".cshrc"),
        ];
        List<TestUser> users = [];
        try
        {
            folder.Write("known_hosts", server.KnownHost());
            var config = $"poll_interval: 2s\nssh: {{ client: {Client}, key_file: {server.ClientKey}, known_hosts: known_hosts }}\nhosts:\n";
            foreach (var (name, shell, startFile) in logins)
            {
                var user = await TestUser.CreateAsync(folder, shell);
                users.Add(user);
                await user.WriteAsync(startFile, Noise);
                await new TmuxServer(user).CreateAsync("work");
                config += $"  - {{ name: {name}, address: {server.Address}, user: {user.Name} }}\n";
            }

            await using var exporter = await Exporter.StartAsync(folder, config);
            var page = await exporter.UntilAsync("all families of all", p => logins.All(l => FamiliesOf(p, l.Name).IsSupersetOf(Expected)));
            var bash = FamiliesOf(page, "bash");
            Assert.All(logins, l => Assert.Equal(bash.Order(), FamiliesOf(page, l.Name).Order()));
            Assert.All(logins, l => Assert.Equal(1, page.Value("fleet_host_status", ("host", l.Name), ("status", "online"))));
        }
        finally
        {
            foreach (var user in users)
            {
                await user.DisposeAsync();
            }
        }
    }

    [Theory]
    [InlineData("/bin/dash")]
    [InlineData("/bin/bash")]
    [InlineData("/usr/bin/busybox")]
    [InlineData("/bin/ksh93")]
    public async Task The_sampler_runs_in_every_sh(string sh)
    {
        await using var machine = await StartMachineAsync(path: folder =>
        {
            var bin = folder.Make("bin");
            File.CreateSymbolicLink(Path.Combine(bin, "sh"), sh);
            return bin;
        });
        await new TmuxServer(machine.User).CreateAsync("work");
        await using var exporter = await machine.WatchAsync();
        var page = await exporter.UntilAsync("all families", p => FamiliesOf(p, "box").IsSupersetOf(Expected));
        Assert.Equal(1, page.Value("fleet_host_status", ("status", "online")));
        Assert.DoesNotContain(page.Of("fleet_collector_success"), s => s.Value == 0);
        var sampler = Assert.Single(machine.User.Samplers);
        Assert.Equal(
            new FileInfo(sh).ResolveLinkTarget(returnFinalTarget: true)?.Name ?? Path.GetFileName(sh),
            Path.GetFileName(new FileInfo($"/proc/{sampler.Pid}/exe").LinkTarget));
    }

    private static HashSet<string> FamiliesOf(Page page, string host) => [.. page.Samples.Where(s => s["host"] == host).Select(s => s.Name)];

    public sealed class WithBuiltinClient() : ShellsTests("builtin");

    public sealed class WithOpenSsh() : ShellsTests("openssh");
}
