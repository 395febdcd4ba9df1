using System.Net;
using System.Net.Http.Json;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The exec policy is shown wherever a host is selected for commands, and in the host's own view.</summary>
public sealed class ExecPolicyTests(Chromium chromium) : PageTest(chromium)
{
    [Fact]
    public async Task Hosts_are_sorted_by_policy_and_connections_added_through_the_API_are_marked()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var config = machine.Config("exec: { policy: any }", $$"""
            - { name: a-closed, address: "{{machine.Server.Address}}", user: {{machine.User.Name}}, key_file: {{machine.Server.ClientKey}} }
            - { name: a-gone, address: "127.0.0.1:{{Ports.Free()}}", exec: { policy: any } }
            - { name: listed, address: "{{machine.Server.Address}}", exec: { policy: allow_list }, commands: [uptime] }
            """);
        await using var exporter = await Exporter.StartAsync(machine.Folder, config + SmallFleet.KeysYaml + "\n");
        using var made = await exporter.Http.PostAsJsonAsync(
            "/api/dgx/connections",
            new
            {
                name = "added",
                hostname = "127.0.0.1",
                port = machine.Server.Port,
                username = machine.User.Name,
                ssh_key_path = machine.Server.ClientKey,
            },
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        await Task.WhenAll(((string[])["box", "a-closed", "listed", "added"]).Select(name => exporter.UntilOnlineAsync(name)));
        var visit = await VisitAsync(exporter, new("exec", SmallFleet.OperatorKey));

        await Expect(visit.Find("exec-host")).ToHaveTextAsync(
            ["addedany command · added through the API", "box", "listedlisted commands only", "a-goneoffline", "a-closedcommands are off"]);

        await visit.GoAsync("hosts/added");
        await Expect(visit.Host("added")).ToContainTextAsync("any command: exec_policy of a connection that was added through the API");
        await visit.GoAsync("hosts/a-closed");
        await Expect(visit.Host("a-closed")).ToContainTextAsync("commands are off: exec.policy in fleet.yml");

        await visit.GoAsync("jobs");
        await visit.Find("project-new").ClickAsync();
        var options = visit.Find("project-connection").Locator("option");
        await Expect(options).ToHaveTextAsync(
        [
            "added (any command · added through the API)", "box", "listed (listed commands only)", "a-gone (offline)", "a-closed (commands are off)",
        ]);
        await Expect(visit.Find("project-connection")).ToHaveValueAsync((await options.First.GetAttributeAsync("value"))!);
        await CloseAsync();
    }
}
