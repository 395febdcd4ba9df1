using System.Net;
using System.Net.Http.Json;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Onboarding;

/// <summary>An unknown host key, from the probe that shows it to the host that is online.</summary>
public abstract class TrustCallsTests(string client) : SshTests(client)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_key_is_shown_trusted_by_its_fingerprint_and_the_host_comes_online_at_once()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, HostCalls.Empty(machine));
        await exporter.DoAsync(HttpMethod.Post, "/api/dgx/connections", HostCalls.Host(machine, name: "lab"));
        await exporter.UntilFailsAsync("hostkey_unknown", "lab");

        var events = await exporter.ProbeAsync(new { connection = "lab" });
        Assert.Equal("host key failed hostkey_unknown", events.Steps()[3]);
        var key = Assert.Single(events, e => e.Name == "host_key").Data;
        Assert.Equal(
            ("ssh-ed25519", await machine.Server.FingerprintAsync(), "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub", false),
            (key.Text("type"), key.Text("fingerprint"), key.Text("compare"), key["known"]!.GetValue<bool>()));
        Assert.Equal("done", events[^1].Name);
        Assert.Empty(await HostCalls.KnownAsync(machine));

        foreach (var _ in Enumerable.Range(0, 2))
        {
            await exporter.DoAsync(HttpMethod.Post, "/api/dgx/trust", new { connection = "lab", fingerprint = key.Text("fingerprint") });
        }

        // Once, although the second call found it trusted.
        Assert.Equal(machine.Server.KnownHost().Split(' ')[..2], Assert.Single(await HostCalls.KnownAsync(machine)).Split(' ')[..2]);
        await exporter.UntilOnlineAsync("lab", TimeSpan.FromSeconds(8));
        var row = (await exporter.JsonAsync("/api/audit")).List("items").First(r => r.Text("action") == "host_key_trust");
        Assert.Equal(("ok", $"{machine.Server.Address} {key.Text("fingerprint")}"), (row.Text("outcome"), row.Text("target")));
    }

    [Fact]
    public async Task A_forged_fingerprint_a_changed_key_and_a_silent_host_change_nothing()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, HostCalls.Empty(machine));
        var forged = new { hostname = "127.0.0.1", port = machine.Server.Port, fingerprint = "SHA256:" + new string('A', 43) };
        var right = await machine.Server.FingerprintAsync();

        var (status, problem) = await exporter.CallAsync(HttpMethod.Post, "/api/dgx/trust", forged);
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains(right, problem.Text("detail"), StringComparison.Ordinal);
        Assert.Contains("in the middle", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Empty(await HostCalls.KnownAsync(machine));

        var trusted = new { forged.hostname, forged.port, fingerprint = right };
        await exporter.DoAsync(HttpMethod.Post, "/api/dgx/trust", trusted);
        var before = await HostCalls.KnownAsync(machine);
        await machine.Server.StopAsync();
        Assert.Equal(HttpStatusCode.BadGateway, (await exporter.CallAsync(HttpMethod.Post, "/api/dgx/trust", trusted)).Status);
        await machine.Server.ChangeHostKeyAsync();
        await machine.Server.StartAgainAsync();
        var changed = await exporter.CallAsync(
            HttpMethod.Post, "/api/dgx/trust", new { forged.hostname, forged.port, fingerprint = await machine.Server.FingerprintAsync() });
        Assert.Equal(HttpStatusCode.Conflict, changed.Status);
        Assert.Contains("ssh-keygen -f", changed.Body.Text("detail"), StringComparison.Ordinal);
        Assert.Equal(before, await HostCalls.KnownAsync(machine));

        foreach (var wrong in new[] { "", "SHA256:short", "MD5:" + new string('a', 43) })
        {
            var invalid = await exporter.CallAsync(HttpMethod.Post, "/api/dgx/trust", new { forged.hostname, fingerprint = wrong });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, invalid.Status);
        }
    }

    [Fact]
    public async Task Two_who_trust_the_same_key_at_once_write_one_line()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await Exporter.StartAsync(machine.Folder, HostCalls.Empty(machine));
        var body = new { hostname = "127.0.0.1", port = machine.Server.Port, fingerprint = await machine.Server.FingerprintAsync() };

        var answers = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => exporter.Http.PostAsJsonAsync("/api/dgx/trust", body, Stop)));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.NoContent, a.StatusCode));
        Assert.Single(await HostCalls.KnownAsync(machine));
    }

    public sealed class WithBuiltinClient() : TrustCallsTests("builtin");

    public sealed class WithOpenSsh() : TrustCallsTests("openssh");
}
