using System.Globalization;
using System.Text.Json.Nodes;
using FleetExporter.Control;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.IntegrationTests.Ssh;
using FleetExporter.Remote;
using FleetExporter.Remote.Ssh;

namespace FleetExporter.IntegrationTests;

/// <summary>Killing sessions of a real tmux behind a real sshd.</summary>
public abstract class KillTests(string client) : SshTests(client)
{
    [Fact]
    public async Task Exactly_the_named_session_is_killed()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        foreach (var name in File.ReadLines(Repository.Fixture("tmux", "created-names.jsonl")).Select(l => JsonNode.Parse(l)!.Text("requested")))
        {
            await tmux.TryCreateAsync(name);
        }

        // Sessions of a group share windows but are killed one by one.
        foreach (var id in (await tmux.NamesAsync()).Keys.Take(3))
        {
            await tmux.RunAsync("new-session", "-d", "-t", id);
            await tmux.RunAsync("new-session", "-d", "-t", id, "-s", $"beside {id[1..]}");
        }

        using var shells = new SshShells(TimeProvider.System);
        await using var connection = await Connection.OpenAsync(machine, shells);
        var left = await tmux.NamesAsync();
        Assert.Equal(9, (await tmux.RunAsync("list-sessions", "-F", "#{session_grouped}")).Trimmed.Split('\n').Count(l => l == "1"));
        Assert.True(left.Count > 30, $"only {left.Count} sessions were made");
        foreach (var id in left.Keys.ToList())
        {
            var result = await connection.KillAsync(await TargetAsync(tmux, machine, id));

            Assert.Equal(new KillResult(KillOutcome.Killed), result);
            left.Remove(id);
            if (left.Count > 0)
            {
                Assert.Equal(left, await tmux.NamesAsync());
            }
        }
    }

    [Fact]
    public async Task Recreated_and_attached_sessions_are_not_killed()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        using var shells = new SshShells(TimeProvider.System);
        await using var connection = await Connection.OpenAsync(machine, shells);
        var gone = await TargetAsync(tmux, machine, await tmux.CreateAsync("train"));

        // The server ends with its last session, and a new one gives the same name the same id.
        await tmux.KillAsync(gone.SessionId);
        Assert.Equal(KillOutcome.Gone, (await connection.KillAsync(gone)).Outcome);
        await Task.Delay(1100, TestContext.Current.CancellationToken);
        var again = await TargetAsync(tmux, machine, await tmux.CreateAsync("train"));
        Assert.Equal(gone.SessionId, again.SessionId);
        Assert.Equal(KillOutcome.Gone, (await connection.KillAsync(gone)).Outcome);
        Assert.Single(await tmux.NamesAsync());

        await tmux.AttachAsync(again.SessionId);
        Assert.Equal(KillOutcome.Attached, (await connection.KillAsync(again)).Outcome);
        Assert.Single(await tmux.NamesAsync());

        Assert.Equal(KillOutcome.Killed, (await connection.KillAsync(again, force: true)).Outcome);
    }

    [Fact]
    public async Task A_session_whose_panes_changed_is_not_killed_even_by_force()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        using var shells = new SshShells(TimeProvider.System);
        await using var connection = await Connection.OpenAsync(machine, shells);
        var shown = await TargetAsync(tmux, machine, await tmux.CreateAsync("train"));

        await tmux.RunAsync("new-window", "-d", "-t", shown.SessionId, "exec sleep 600");
        Assert.Equal(KillOutcome.Changed, (await connection.KillAsync(shown)).Outcome);
        await tmux.RunAsync("split-window", "-d", "-t", shown.SessionId, "exec sleep 600");
        Assert.Equal(KillOutcome.Changed, (await connection.KillAsync(shown, force: true)).Outcome);
        Assert.Single(await tmux.NamesAsync());

        // Panes that only change places are the same.
        var again = await TargetAsync(tmux, machine, shown.SessionId);
        Assert.Equal(3, again.Panes.Count);
        await tmux.RunAsync("swap-pane", "-d", "-s", again.Panes[0], "-t", again.Panes[^1]);
        Assert.Equal(KillOutcome.Killed, (await connection.KillAsync(again)).Outcome);
    }

    [Fact]
    public async Task A_tmux_that_does_not_kill_is_detected()
    {
        await using var machine = await StartMachineAsync(path: folder => folder.Make("bin"));
        var script = machine.Folder.Write("bin/tmux", "#!/bin/sh\ncase $* in *kill-session*) exit 0 ;; esac\nexec /usr/bin/tmux \"$@\"\n");
        File.SetUnixFileMode(script, (UnixFileMode)Convert.ToInt32("755", 8));
        await using var tmux = new TmuxServer(machine.User);
        using var shells = new SshShells(TimeProvider.System);
        await using var connection = await Connection.OpenAsync(machine, shells);
        var session = await TargetAsync(tmux, machine, await tmux.CreateAsync("stays"));

        Assert.Equal(new KillResult(KillOutcome.Survived, "tmux still has the session"), await connection.KillAsync(session));

        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("the session", p => p.Of("fleet_tmux_session_info").Count() == 1);
        var token = (await KillAsync(exporter, "stays", """{"force":true}""")).Body.Text("confirmation_token");
        var (status, body) = await KillAsync(exporter, "stays", $$"""{"force":true,"confirmation_token":"{{token}}"}""");
        Assert.Equal(
            (200, false, true, "tmux still has the session"),
            (status, body["killed"]!.GetValue<bool>(), body["verified"]!.GetValue<bool>(), body.Text("detail")));
        Assert.Equal(
            ["failed", "asked"],
            (await exporter.JsonAsync("/api/audit")).List("items").Where(r => r.Text("action") == "kill").Select(r => r.Text("outcome")));
        Assert.Single(await tmux.NamesAsync());
    }

    [Fact]
    public async Task A_token_kills_its_session_once()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("old");
        await tmux.CreateAsync("older");
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("both sessions", p => p.Of("fleet_tmux_session_info").Count() == 2);

        // Not legacy yet, so only with force.
        Assert.Equal(409, (await KillAsync(exporter, "old", "{}")).Status);
        var asked = await KillAsync(exporter, "old", """{"force":true}""");
        Assert.Equal(428, asked.Status);
        Assert.Equal("old", asked.Body["session"]!.Text("name"));
        var token = asked.Body.Text("confirmation_token");
        Assert.Equal(403, (await KillAsync(exporter, "older", $$"""{"force":true,"confirmation_token":"{{token}}"}""")).Status);

        // An attempt uses it up, even a wrong one.
        Assert.Equal(403, (await KillAsync(exporter, "old", $$"""{"force":true,"confirmation_token":"{{token}}"}""")).Status);
        token = (await KillAsync(exporter, "old", """{"force":true}""")).Body.Text("confirmation_token");
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            KillAsync(exporter, "old", $$"""{"force":true,"confirmation_token":"{{token}}"}""")));
        Assert.Single(both, answer => answer.Status == 403);
        var killed = Assert.Single(both, answer => answer.Status == 200);
        Assert.Equal((200, true, true), (killed.Status, killed.Body["killed"]!.GetValue<bool>(), killed.Body["verified"]!.GetValue<bool>()));
        Assert.Equal(["older"], (await tmux.NamesAsync()).Values);
        Assert.Equal("older", Assert.Single((await exporter.JsonAsync("/api/sessions")).List("items")).Text("name"));

        // Wrong tokens run against a limit, and are counted.
        var statuses = new List<int>();
        for (var i = 0; i < 1000; i++)
        {
            statuses.Add((await KillAsync(exporter, "older", """{"force":true,"confirmation_token":"0000"}""")).Status);
        }

        Assert.InRange(statuses.Count(s => s == 403), 7, 20);
        Assert.Equal(429, statuses[^1]);
        Assert.Single(await tmux.NamesAsync());
        Assert.True((await exporter.PageAsync()).Value("fleet_control_requests_total", ("action", "kill"), ("outcome", "denied")) >= 1000);
        Assert.Contains((await exporter.JsonAsync("/api/audit")).List("items"), row =>
            row.Text("action") == "kill" && row.Text("target") == "box:old" && row.Text("outcome") == "ok");
    }

    [Fact]
    public async Task A_detached_session_that_prints_is_busy_and_its_output_is_activity()
    {
        await using var machine = await StartMachineAsync();
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("prints", "while :; do date; sleep 0.2; done");
        await using var exporter = await machine.WatchAsync();

        var session = await Until.SeenAsync(
            async () => (await exporter.JsonAsync("/api/sessions")).List("items") is [var s]
                && Time(s, "last_activity") - Time(s, "created") > TimeSpan.FromSeconds(4) ? s : null,
            "what it prints is activity", () => exporter.Log);

        Assert.Equal((true, "active"), (session["busy"]!.GetValue<bool>(), session.Text("status")));
        Assert.InRange(Time(session, "detached_since") - Time(session, "created"), TimeSpan.Zero, TimeSpan.FromSeconds(2));

        static DateTimeOffset Time(JsonNode of, string name) => DateTimeOffset.Parse(of.Text(name), CultureInfo.InvariantCulture);
    }

    private static async Task<(int Status, JsonNode Body)> KillAsync(Exporter exporter, string name, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        var response = await exporter.Http.PostAsync(
            $"/api/sessions/{Uri.EscapeDataString("box:" + name)}/kill", content, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    private static async Task<SessionTarget> TargetAsync(TmuxServer tmux, WatchedMachine machine, string id) => new(
        "box", machine.User.Name, true, id,
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(await tmux.AskAsync(id, "#{session_created}"), CultureInfo.InvariantCulture)),
        [.. (await tmux.RunAsync("list-panes", "-s", "-t", id, "-F", "#{pane_id}")).Trimmed.Split('\n')]);

    /// <summary>An open connection to the machine, which commands share.</summary>
    private sealed class Connection(IShell shell, SamplerStream stream) : IAsyncDisposable
    {
        public static async Task<Connection> OpenAsync(WatchedMachine machine, SshShells shells)
        {
            var shell = shells.Create(machine.Server.HostAddress(), machine.Login());
            var stream = await SamplerStream.OpenAsync(
                shell, StreamKind.Vitals, [new SectionScript("none", "")], TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(20),
                TimeProvider.System, TestContext.Current.CancellationToken);
            return new Connection(shell, stream);
        }

        public Task<KillResult> KillAsync(SessionTarget session, bool force = false) =>
            SessionKill.RunAsync(shell, session, force, TimeProvider.System, TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => stream.DisposeAsync();
    }

    public sealed class WithBuiltinClient() : KillTests("builtin");

    public sealed class WithOpenSsh() : KillTests("openssh");
}
