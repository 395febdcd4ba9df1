using System.Net;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Onboarding;

/// <summary>POST /api/dgx/probe against real servers.</summary>
public abstract class ProbeCallsTests(string client) : SshTests(client)
{
    private static readonly string[] Reaching = ["client ok", "name ok", "port ok", "host key ok", "login ok", "shell ok"];

    [Fact]
    public async Task A_good_host_passes_each_step_as_it_ends_and_its_monitor_is_left_alone()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilOnlineAsync();
        var since = (await exporter.JsonAsync("/api/dgx/status/box")).Text("since");

        foreach (var body in new[] { HostCalls.Host(machine), new { connection = "box" } })
        {
            var events = await exporter.ProbeAsync(body);

            Assert.Equal([.. Reaching], events.Steps().Take(Reaching.Length));
            Assert.Equal(ProbeTests.Collectors, events.Steps().Skip(Reaching.Length).Select(s => s.Split(' ')[0]));
            Assert.Equal($"as {machine.User.Name}", events.Step("login").Text("detail"));
            Assert.Equal(("done", true, 0), (events[^1].Name, events[^1].Data["ok"]!.GetValue<bool>(), events[^1].Data["failed"]!.GetValue<int>()));
            Assert.DoesNotContain(events, e => e.Name == "host_key");

            // A running step is announced before its end.
            var port = events.FindIndex(e => e.Name == "step" && e.Data.Text("name") == "port");
            Assert.Equal(["running", "ok"], events.Skip(port).Take(2).Select(e => e.Data.Text("verdict")));
        }

        var (status, answer) = await exporter.CallAsync(HttpMethod.Post, "/api/dgx/probe", HostCalls.Host(machine));
        Assert.Equal((HttpStatusCode.OK, true, 0), (status, answer["ok"]!.GetValue<bool>(), answer["failed"]!.GetValue<int>()));
        Assert.Null(answer["host_key"]);
        Assert.DoesNotContain(answer.List("steps"), s => s.Text("verdict") == "running");
        Assert.Equal(since, (await exporter.JsonAsync("/api/dgx/status/box")).Text("since"));
        var audit = (await exporter.JsonAsync("/api/audit")).List("items");
        Assert.Equal(3, audit.Count(r => r.Text("action") == "probe" && r.Text("outcome") == "ok"));
        await Until.TrueAsync(() => machine.User.Samplers.Count == 1, "only the monitor's sampler is left", () => exporter.Log);
    }

    [Fact]
    public async Task Each_failure_is_reported_at_its_step()
    {
        await using var machine = await StartMachineAsync();
        await Tool.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", machine.Folder.PathOf("wrong_key"));
        await using var exporter = await Exporter.StartAsync(machine.Folder, ConnectionsTests.WithoutHosts(machine));

        var closed = await exporter.ProbeAsync(HostCalls.Host(machine, Ports.Free()));
        Assert.Equal("port failed refused", closed.Steps()[2]);
        Assert.Equal(["host key skipped", "login skipped", "shell skipped", "collectors skipped"], closed.Steps().Skip(3));
        Assert.Equal((false, 1), (closed[^1].Data["ok"]!.GetValue<bool>(), closed[^1].Data["failed"]!.GetValue<int>()));
        Assert.DoesNotContain("fleet.yml", closed.Step("port").Text("fix"), StringComparison.Ordinal);

        var wrong = await exporter.ProbeAsync(HostCalls.Host(machine, key: machine.Folder.PathOf("wrong_key")));
        Assert.Equal(["host key ok", "login failed auth", "shell skipped"], wrong.Steps().Skip(3).Take(3));
        Assert.NotEqual("", wrong.Step("login").Text("fix"));

        var unknown = await exporter.ProbeAsync(new { hostname = "no-such-host.invalid" });
        Assert.Equal("name failed dns", unknown.Steps()[1]);

        machine.Folder.Write("outside/key", "x");
        foreach (var (body, field) in new (object, string)[]
        {
            (HostCalls.Host(machine, key: "/etc/shadow"), "ssh_key_path"), (new { hostname = "-oProxyCommand=x" }, "hostname"),
            (new { port = 22 }, "hostname"), (new { connection = "a", hostname = "b" }, "connection"),
            (new { hostname = "a", fingerprint = "b" }, "fingerprint"),
        })
        {
            var (status, problem) = await exporter.CallAsync(HttpMethod.Post, "/api/dgx/probe", body);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
            Assert.NotNull(problem["errors"]![field]);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await exporter.CallAsync(HttpMethod.Post, "/api/dgx/probe", new { connection = "nosuch" })).Status);
    }

    [Fact]
    public async Task At_most_four_run_at_once_and_a_closed_request_ends_its_probe()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, ConnectionsTests.WithoutHosts(machine));
        machine.Server.Pause();
        using var close = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 4).Select(_ => exporter.Http.PostAsync(
            "/api/dgx/probe", System.Net.Http.Json.JsonContent.Create(HostCalls.Host(machine)), close.Token)).ToList();
        await Until.SeenAsync(
            async () => (await exporter.JsonAsync("/api/audit")).List("items").Count(r => r.Text("action") == "probe") == 4 ? "yes" : null,
            "four probes have begun", () => exporter.Log);

        var fifth = await exporter.CallAsync(HttpMethod.Post, "/api/dgx/probe", HostCalls.Host(machine));
        Assert.Equal(HttpStatusCode.TooManyRequests, fifth.Status);
        await close.CancelAsync();
        foreach (var probe in waiting)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probe);
        }

        machine.Server.Continue();
        await Until.SeenAsync(
            async () => await exporter.CallAsync(HttpMethod.Post, "/api/dgx/probe", HostCalls.Host(machine)) is (HttpStatusCode.OK, _)
                ? "yes" : null,
            "a slot is free again", () => exporter.Log);
        var probes = (await exporter.JsonAsync("/api/audit")).List("items").Where(r => r.Text("action") == "probe");
        Assert.Equal(4, probes.Count(r => r.Text("outcome") == "failed"));
    }

    public sealed class WithBuiltinClient() : ProbeCallsTests("builtin");

    public sealed class WithOpenSsh() : ProbeCallsTests("openssh");
}
