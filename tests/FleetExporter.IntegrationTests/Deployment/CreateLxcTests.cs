using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Deployment;

/// <summary>scripts/create-lxc.sh with stand-ins for Proxmox' programs, which are made from their manual pages.</summary>
public sealed class CreateLxcTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ProxmoxNode _node;

    public CreateLxcTests() => _node = new ProxmoxNode(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_container_is_created_and_its_address_printed()
    {
        var key = await KeyAsync();
        var run = await _node.CreateAsync("--ssh-key", key);

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal("10.0.0.5", run.Trimmed);
        Assert.Equal(
            [
                "pveam update",
                $"pveam download local {ProxmoxNode.Newest}",
                $"pct create 200 local:vztmpl/{ProxmoxNode.Newest} --hostname fleet-exporter --unprivileged 1 --features nesting=1 --cores 1 "
                    + $"--memory 1024 --rootfs local-lvm:8 --net0 name=eth0,bridge=vmbr0,ip=dhcp --onboot 1 --ssh-public-keys {key}",
                "pct start 200",
            ],
            _node.Changes);
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        Assert.Equal(0, (await _node.CreateAsync("--hostname", "watch", "210")).Exit);
        _node.Write("calls", "");

        foreach (var arguments in new string[][] { ["--hostname", "watch", "210"], ["--hostname", "watch"] })
        {
            var run = await _node.CreateAsync(arguments);

            Assert.Equal((0, "10.0.0.5"), (run.Exit, run.Trimmed));
            Assert.Contains("container 210 (watch) exists already", run.Error, StringComparison.Ordinal);
        }

        Assert.Empty(_node.Changes);
    }

    [Fact]
    public async Task A_dry_run_prints_the_commands_and_changes_nothing()
    {
        var before = Files();
        var dry = await _node.CreateAsync(["--dry-run", "--password-stdin", "--password-auth"], "secret-1\n");

        Assert.True(dry.Exit == 0, dry.Error);
        Assert.Equal(before, Files());
        Assert.Empty(_node.Changes);
        Assert.Matches("(?s)^pveam update.*pct create 200 .*pct start 200.*hostname -I.*chpasswd", dry.Output);
        Assert.DoesNotContain("secret-1", dry.Output + dry.Error, StringComparison.Ordinal);

        // The same commands run afterwards, except that the version of the template is known.
        Assert.Equal(0, (await _node.CreateAsync("--debian", "12")).Exit);
        Assert.Contains("debian-12-standard_12.7-1", string.Join('\n', _node.Changes), StringComparison.Ordinal);

        string Files() => string.Join('\n', Directory.GetFiles(_node.PathOf(), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) != "calls").Order().Select(f => f + "\n" + File.ReadAllText(f)));
    }

    [Fact]
    public async Task The_password_is_set_on_standard_input_only()
    {
        var run = await _node.CreateAsync(["--password-stdin", "--password-auth"], "secret-1\n");

        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal("root:secret-1\n", File.ReadAllText(_node.PathOf("containers", "200", "chpasswd")));
        Assert.Equal("PermitRootLogin yes\nPasswordAuthentication yes\n", File.ReadAllText(_node.PathOf("containers", "200", "sshd")));
        Assert.DoesNotContain("secret-1", string.Join('\n', _node.Calls) + run.Output + run.Error, StringComparison.Ordinal);
        Assert.Contains("After the set-up, turn that off: pct exec 200 -- rm /etc/ssh/sshd_config.d/", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("200", 100)]
    [InlineData("200\n100\n101", 102)]
    [InlineData("101", 200)]
    public async Task Without_an_id_it_is_200_or_the_next_free_one(string used, int expected)
    {
        _node.Write("elsewhere", used + "\n");

        Assert.Equal(0, (await _node.CreateAsync()).Exit);

        Assert.Contains("hostname: fleet-exporter", _node.Config(expected), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_container_or_machine_with_the_id_is_left_alone()
    {
        Assert.Equal(0, (await _node.CreateAsync("--hostname", "mail", "200")).Exit);
        _node.Write("elsewhere", "300\n");
        _node.Write("calls", "");

        await FailsAsync("container 200 exists and is another one: mail", "200");
        await FailsAsync("id 300 is used by a virtual machine or on another node", "300");
        Assert.Empty(_node.Changes);
    }

    [Fact]
    public async Task A_run_that_failed_half_way_says_what_exists_and_the_next_continues()
    {
        _node.Fail("pct-start", "startup for container '200' failed");
        await FailsAsync("container 200 does not start");
        await FailsAsync("pct stop 200; pct destroy 200 --purge 1");
        _node.Repair("pct-start");
        _node.Write("addresses", "\n");
        await FailsAsync("container 200 has had no address for 1 s", "--timeout", "1");
        await FailsAsync("pct destroy 200 --purge 1", "--timeout", "1");
        _node.Write("addresses", "fd00::5 \n");

        var run = await _node.CreateAsync();

        Assert.Equal((0, "fd00::5"), (run.Exit, run.Trimmed));
        Assert.Single(_node.Changes, c => c.StartsWith("pct create", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Errors_say_what_to_do()
    {
        var (node, path) = (_node, $"/usr/bin:/bin:{_folder.Make("none")}");
        var elsewhere = await Tool.TryAsync(
            Repository.PathOf("scripts", "create-lxc.sh"), [], null, new Dictionary<string, string> { ["PATH"] = path });
        Assert.Equal(1, elsewhere.Exit);
        Assert.Contains("this is not a Proxmox VE node", elsewhere.Error, StringComparison.Ordinal);

        await FailsAsync("storage fast is not active or does not take containers", "--storage", "fast");
        await FailsAsync("storage tapes does not have templates", "--template-storage", "tapes");
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _folder.PathOf("private"));
        await FailsAsync("is a private key; give the public one", "--ssh-key", _folder.PathOf("private"));
        await FailsAsync("is not a file of public keys", "--ssh-key", _folder.Write("text", "no key\n"));
        Assert.Empty(node.Changes);

        node.Fail("pveam-download", "download failed");
        await FailsAsync($"the download of {ProxmoxNode.Newest} failed");
        node.Repair("pveam-download");
        node.Fail("pct-create", "unsupported debian version '13.1'");
        await FailsAsync("upgrade the node or use --debian 12");
        node.Repair("pct-create");

        // The list cannot be updated, but the template is there.
        node.Fail("pveam-update", "no network");
        node.Write("available", "");
        Assert.Equal(0, (await node.CreateAsync()).Exit);
        await FailsAsync("Proxmox offers no template of Debian 12", "--debian", "12", "400");
        node.Write("storages", "local dir active vztmpl\n");
        await FailsAsync("no active storage takes containers", "400");
    }

    [Theory]
    [InlineData("CTID must be at least 100", "99")]
    [InlineData("CTID must be a whole number", "2x")]
    [InlineData("more than one CTID", "200", "201")]
    [InlineData("unknown option --colour", "--colour")]
    [InlineData("--memory needs a value", "--memory")]
    [InlineData("--disk must be a whole number", "--disk", "8G")]
    [InlineData("--hostname must consist of letters", "--hostname", "a b")]
    [InlineData("is not the name of a storage or bridge", "--bridge", "vmbr0,tag=3")]
    [InlineData("--password-auth needs --password-stdin", "--password-auth")]
    public async Task Wrong_arguments_are_refused(string message, params string[] arguments)
    {
        var run = await _node.CreateAsync(arguments);

        Assert.Equal(2, run.Exit);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(_node.Calls);
    }

    [Fact]
    public async Task The_stand_ins_refuse_what_the_manual_pages_do_not_list()
    {
        foreach (var (tool, arguments) in new (string, string[])[]
        {
            ("pct", ["create", "200", "local:vztmpl/x", "--ip", "dhcp"]), ("pct", ["start", "200", "--force"]), ("pct", ["run", "200"]),
            ("pveam", ["download", "local"]), ("pveam", ["get", "x"]), ("pvesh", ["get", "/nodes"]), ("pvesm", ["status", "--type", "dir"]),
        })
        {
            var run = await Tool.TryAsync(
                Path.Combine(ProxmoxNode.Tools, tool), arguments, null, new Dictionary<string, string> { ["PROXMOX"] = _node.PathOf() });
            Assert.True(run.Exit != 0, $"{tool} {string.Join(' ', arguments)}");
        }
    }

    private async Task FailsAsync(string message, params string[] arguments)
    {
        var run = await _node.CreateAsync(arguments);
        Assert.True(run.Exit == 1, run.Output + run.Error);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    private async Task<string> KeyAsync()
    {
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _folder.PathOf("admin"));
        return _folder.PathOf("admin.pub");
    }
}
