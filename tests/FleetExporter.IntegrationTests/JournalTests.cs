using System.Net;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The journal of a unit, read by the login user over SSH with the real journalctl from a real journal.</summary>
public abstract class JournalTests(string client) : SshTests(client)
{
    private const string Unit = "fleet-broken.service";

    [Fact]
    public async Task The_last_lines_of_a_unit_are_read_masked_and_audited()
    {
        List<string> lines =
            [.. Enumerable.Range(1, 60).Select(i => $"line {i}"), "cannot log in with password=hunter2", "\u001b[31mred\u001b[0m \u202e"];
        using var folder = new TestFolder();
        await using var machine = await StartAsync(folder, lines);
        await Tool.RunAsync("usermod", "-a", "-G", "systemd-journal", machine.User.Name);
        await using var exporter = await machine.WatchAsync($"units: [{Unit}, other.service, user:mine.service]");
        await exporter.UntilAsync("it is connected", p => p.Find("fleet_ssh_up", ("host", "box")) == 1);

        var journal = await exporter.JsonAsync($"/api/hosts/box/units/{Unit}/journal");

        var read = journal["lines"]!.AsArray().Select(l => l!.GetValue<string>()).ToList();
        Assert.Equal(50, read.Count);
        Assert.EndsWith("line 13", read[0], StringComparison.Ordinal);
        Assert.EndsWith("cannot log in with password=…", read[^2], StringComparison.Ordinal);
        Assert.DoesNotContain(read, l => l.Any(c => char.IsControl(c) || c == '\u202e'));
        Assert.Null(journal["note"]);
        Assert.Empty((await exporter.JsonAsync("/api/hosts/box/units/other.service/journal")).List("lines"));
        Assert.Empty((await exporter.JsonAsync("/api/hosts/box/units/user%3Amine.service/journal")).List("lines"));
        var audit = (await exporter.JsonAsync("/api/audit")).List("items").Where(r => r.Text("action") == "journal").ToList();
        Assert.Contains(audit, r => r.Text("target") == $"box {Unit}" && r.Text("outcome") == "ok");
        Assert.DoesNotContain("hunter2", exporter.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_right_to_read_it_the_answer_says_what_is_missing()
    {
        using var folder = new TestFolder();
        await using var machine = await StartAsync(folder, ["secret line"]);
        await using var exporter = await machine.WatchAsync($"units: [{Unit}]");
        await exporter.UntilAsync("it is connected", p => p.Find("fleet_ssh_up", ("host", "box")) == 1);

        using var answer = await exporter.Http.GetAsync($"/api/hosts/box/units/{Unit}/journal", TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.DoesNotContain("secret line", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadGateway, answer.StatusCode);
        Assert.Contains("systemd-journal", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_units_of_the_configuration_on_connected_hosts_are_read()
    {
        using var folder = new TestFolder();
        await using var machine = await StartAsync(folder, ["line"]);
        await using var exporter = await machine.WatchAsync(
            $"units: [{Unit}]", $"- {{ name: away, address: \"127.0.0.1:{Ports.Free()}\", units: [x.service] }}");
        await exporter.UntilAsync("it is connected", p => p.Find("fleet_ssh_up", ("host", "box")) == 1);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(exporter, "box/units/ssh.service"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(exporter, "box/units/%24(id).service"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(exporter, $"nobody/units/{Unit}"));
        Assert.Equal(HttpStatusCode.BadGateway, await StatusAsync(exporter, "away/units/x.service"));
    }

    private static async Task<HttpStatusCode> StatusAsync(Exporter exporter, string path)
    {
        using var answer = await exporter.Http.GetAsync($"/api/hosts/{path}/journal");
        return answer.StatusCode;
    }

    /// <summary>A machine whose journal has these lines of the unit.</summary>
    private async Task<WatchedMachine> StartAsync(TestFolder journal, List<string> lines) =>
        await StartMachineAsync(setup: await TestJournal.WriteAsync(journal, Unit, lines));

    public sealed class WithBuiltinClient() : JournalTests("builtin");

    public sealed class WithOpenSsh() : JournalTests("openssh");
}
