using FleetExporter.Cli.Init;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Polling.Targets;
using FleetExporter.Tests.Collectors;

namespace FleetExporter.Tests.Cli.Init;

/// <summary>The file that <c>init</c> writes.</summary>
public sealed class InitFileTests
{
    private static readonly string[] Parts =
    [
        "\n", "\r\n", "- name: evil", "hosts: []", "\u2028", "\u0085", "\u001b[2J", "#", "'", "\"", ": ", "${HOME}", "%", "\0", "\t", "é", "𝄞",
        "\\n", "*a", "&a", "!!x", "|", ">", "{", "}", "[", "]", ",", "@", "`", "-", "a", " ",
    ];

    [Fact]
    public void Whatever_hosts_are_called_and_whatever_they_answer_the_file_has_exactly_these_hosts()
    {
        const int Rounds = 300;
        var random = new Random(20261128);
        string[] odd = ["null", "true", "0x1", "1e3", "no", "2026-01-01", "a b", "9", "a- -", "a.b_c"];
        for (var round = 0; round < Rounds; round++)
        {
            string Hostile() => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => Parts[random.Next(Parts.Length)]));
            var input = new InitInput();
            input.Ssh["known_hosts"] = "/etc/x" + string.Concat(Hostile().Where(c => !char.IsControl(c) && c is not ('/' or '.')));
            for (var i = 0; i < 4; i++)
            {
                var name = odd[(round + i) % odd.Length];
                input.Add("test", new InitHost(name, new HostAddress("h", null), Notes: [Hostile()]));
            }

            Check[] checks = [new(Hostile(), Verdict.Failed, Hostile(), Hostile(), Hostile()), new("gpu", Verdict.Ok, Detail: Hostile())];
            var comments = input.Hosts.ToDictionary(h => h.Name, h => HostVerdict.Lines(h.Name, checks));

            var loaded = ConfigFile.Parse(InitFile.Text(input, comments), "/etc/fleet.yml", TargetCatalog.Kinds, _ => null);

            Assert.Empty(loaded.Errors);
            Assert.Equal(input.Hosts.Select(h => h.Name), loaded.Config!.Hosts.Select(h => h.Name));
            Assert.Equal(input.Ssh["known_hosts"]!.ToString(), loaded.Config.Hosts[0].Ssh.KnownHosts);
        }
    }

    [Fact]
    public async Task Without_a_host_this_machine_is_written_and_tested()
    {
        using var run = new InitRun();

        Assert.Equal(0, await run.RunAsync());

        var host = Assert.Single(run.Load().Hosts);
        Assert.Equal((ThisMachine.Name, null), (host.Name, host.Address));
        Assert.Contains("\n# Reached", run.Text, StringComparison.Ordinal);
        Assert.Contains("1 of 1 reached\n", run.Messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_host_is_written_with_reason_and_fix()
    {
        using var run = new InitRun();
        var port = FakeTcpServer.DeadPort();

        Assert.Equal(0, await run.RunAsync("--host", $"gone=127.0.0.1:{port}"));

        Assert.Equal($"127.0.0.1:{port}", Assert.Single(run.Load().Hosts).Address!.ToString());
        Assert.Matches(@"# Failed: port \(refused\): [^\n]+\n# Fix: Start sshd on the host", run.Text);
        Assert.Contains("0 of 1 reached\n", run.Messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_existing_file_is_replaced_only_with_force()
    {
        using var run = new InitRun();
        run.Write("fleet.yml", "mine");

        Assert.Equal(1, await run.RunAsync("--no-probe"));
        Assert.Equal("mine", run.Text);
        Assert.Equal(0, await run.RunAsync("--no-probe", "--force"));
        Assert.Single(run.Load().Hosts);
        Assert.Equal(["fleet.yml"], Directory.GetFileSystemEntries(run.PathOf("")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task The_file_can_go_to_standard_output()
    {
        using var run = new InitRun();

        Assert.Equal(0, await run.RunAsync("--output", "-", "--host", "a=b.lan", "--no-probe"));
        Assert.False(File.Exists(run.File));
        Assert.True(ConfigFile.Parse(run.Output.ToString(), "/x/fleet.yml", TargetCatalog.Kinds, _ => null).Success);
    }

    [Fact]
    public async Task On_a_terminal_hosts_user_and_key_are_asked_for()
    {
        using var run = new InitRun();

        Assert.Equal(0, await run.AnswerAsync("a=10.0.0.1\nb=ann@10.0.0.2\n\nfleet\n/keys/fleet\n", "--no-probe"));

        Assert.Equal(
            ["a fleet@10.0.0.1 /keys/fleet", "b ann@10.0.0.2 /keys/fleet"],
            run.Load().Hosts.Select(h => $"{h.Name} {h.Ssh.User}@{h.Address} {h.Ssh.KeyFile}"));
    }
}
