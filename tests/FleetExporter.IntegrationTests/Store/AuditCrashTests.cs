using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The audit of calls on hosts when the exporter or its store ends during them.</summary>
public sealed class AuditCrashTests
{
    private const int PerHost = 4;
    private const string Exec = "exec: { policy: any, max_timeout: 10m }";

    private static readonly int Hosts = LongForm.Count(5, 25);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Commands_running_at_a_crash_are_audited_and_ended_by_the_next_start(StoreKind kind)
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var postgres = kind == StoreKind.Postgres ? await PostgresServer.StartAsync() : null;
        string[] hosts = ["box", .. Enumerable.Range(1, Hosts - 1).Select(i => $"box-{i}")];
        var others = hosts[1..].Select(name => $"- {{ name: {name}, address: {machine.Server.Address}, {Exec} }}");

        // Twenty-five hosts on one machine: polling every second would starve them and their commands.
        var config = machine.Config(Exec, string.Join('\n', others), interval: LongForm.Count(1, 10)) + await StoreAsync(postgres);
        string[] commands = [.. hosts.SelectMany(host => Enumerable.Range(0, PerHost).Select(i => $"sleep 599; : {host} {i}"))];
        await using (var killed = await Exporter.StartAsync(machine.Folder, config))
        {
            await killed.UntilAsync("all are online", p => p.Of("fleet_host_status", ("status", "online")).Count(s => s.Value == 1) == Hosts);
            var running = commands.Select(command => killed.Http.PostAsJsonAsync(
                $"/api/dgx/exec/{command.Split(' ')[^2]}", new { command, timeout_seconds = 600 }, Stop)).ToList();
            await Until.TrueAsync(
                () => machine.User.Processes.Count(p => p.CommandLine == "sleep 599") == commands.Length, "all run", () => killed.Log,
                TimeSpan.FromMinutes(1));
            Assert.Equal(commands.Length, (await ExecsAsync(killed, "begun")).Count);

            await killed.KillAsync();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => Task.WhenAll(running));
        }

        await using var next = await Exporter.StartAsync(machine.Folder, config);
        var rows = await Until.SeenAsync(
            async () => await ExecsAsync(next, "unknown") is { Count: var count } found && count == commands.Length ? found : null,
            "all are named", () => next.Log);
        Assert.Equal(commands.Order(StringComparer.Ordinal), rows.Select(r => r.Text("command")).Order(StringComparer.Ordinal));
        Assert.All(rows, r => Assert.Equal(
            ("admin", r.Text("command").Split(' ')[^2], null), (r.Text("who"), r.Text("target"), r.Number("duration_ms"))));
        Assert.Equal(commands.Length, next.Log.Split("unknown outcome of exec by 'admin' from 127.0.0.1 on 'box").Length - 1);
        Assert.DoesNotContain("sleep 599", next.Log, StringComparison.Ordinal);
        Assert.Equal(commands.Length, (await next.PageAsync()).Value("fleet_control_requests_total", ("action", "exec"), ("outcome", "unknown")));
    }

    [Fact]
    public async Task Without_the_store_no_action_runs_on_a_host()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("train");
        await using var postgres = await PostgresServer.StartAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, machine.Config(Exec) + await StoreAsync(postgres));
        await exporter.UntilHostAsync("the session is seen", h => h.List("sessions").Any());
        var token = (await KillAsync(exporter, "train", null)).Body.Text("confirmation_token");

        await postgres.StopAsync();
        using var refused = await exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command = "touch ran" }, Stop);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "failed"), (refused.StatusCode, refused.Headers.GetValues("Fleet-Audit").Single()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await KillAsync(exporter, "train", token)).Status);
        Assert.False(File.Exists(Path.Combine(machine.User.Home, "ran")));
        Assert.Single(await tmux.NamesAsync());
        Assert.True((await exporter.PageAsync()).Value("fleet_audit_failures_total") >= 2);

        await postgres.RunAsync();
        await Until.SeenAsync(async () => await TouchAsync() ? "yes" : null, "it runs", () => exporter.Log);
        Assert.True(File.Exists(Path.Combine(machine.User.Home, "ran")));

        async Task<bool> TouchAsync()
        {
            using var answer = await exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command = "touch ran" }, Stop);
            return answer.IsSuccessStatusCode;
        }
    }

    [Theory, EveryStore]
    public async Task Names_and_commands_with_invalid_characters_are_audited(StoreKind kind)
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var tmux = new TmuxServer(machine.User);
        // The 200th character of the id is the first half of the rocket.
        var name = new string('x', 195) + "🚀🚀";
        await tmux.CreateAsync(name);
        await using var postgres = kind == StoreKind.Postgres ? await PostgresServer.StartAsync() : null;
        await using var exporter = await Exporter.StartAsync(machine.Folder, machine.Config(Exec) + await StoreAsync(postgres));
        await exporter.UntilHostAsync("the session is seen", h => h.List("sessions").Any());

        var token = (await KillAsync(exporter, name, null)).Body.Text("confirmation_token");
        Assert.Equal(HttpStatusCode.OK, (await KillAsync(exporter, name, token)).Status);
        using var refused = await exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command = "echo \0" }, Stop);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);

        var rows = (await exporter.JsonAsync("/api/audit")).List("items");
        Assert.Equal(
            ["exec box echo \ufffd failed", $"kill box:{name[..195]}  ok", $"kill box:{name[..195]}  asked"],
            rows.Select(r => $"{r.Text("action")} {r.Text("target")} {r.Text("command")} {r.Text("outcome")}"));
        Assert.Equal(0, (await exporter.PageAsync()).Value("fleet_audit_failures_total"));
    }

    /// <summary>The section of fleet.yml for a new, empty store.</summary>
    private static async Task<string> StoreAsync(PostgresServer? server)
    {
        if (server is null)
        {
            return "";
        }

        await server.NewAsync();
        return $"store: {{ connection: \"{server.UrlOf("fleet1")}\" }}\n";
    }

    private static async Task<List<JsonNode>> ExecsAsync(Exporter exporter, string outcome) =>
        [.. (await exporter.JsonAsync("/api/audit")).List("items").Where(r => r.Text("action") == "exec" && r.Text("outcome") == outcome)];

    private static async Task<(HttpStatusCode Status, JsonNode Body)> KillAsync(Exporter exporter, string session, string? token)
    {
        var body = new { force = true, confirmation_token = token };
        using var answer = await exporter.Http.PostAsJsonAsync($"/api/sessions/{Uri.EscapeDataString("box:" + session)}/kill", body, Stop);
        return (answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop))!);
    }
}
