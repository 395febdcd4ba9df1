using System.Net;
using System.Text.Json.Nodes;
using FleetExporter.BrowserTests.Browsing;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests;

/// <summary>A changed or forged host key, and two people who edit the same host or target.</summary>
public sealed class AddingFailuresTests(Chromium chromium) : PageTest(chromium)
{
    private const string Forged = "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public async Task A_changed_host_key_is_named_and_cannot_be_trusted()
    {
        await using var machine = await WatchedMachine.StartAsync();
        Adding.Trust(machine);
        var trusted = await KnownHostsAsync(machine);
        await machine.Server.StopAsync();
        await machine.Server.ChangeHostKeyAsync();
        await machine.Server.StartAgainAsync();
        await using var exporter = await Adding.StartAsync(machine);
        var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));

        await visit.Visible("start-add").ClickAsync();
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("host-test-button").ClickAsync();
        await AssertChangedAsync();
        await Axe.CheckAsync(visit.Page, "the test of a host whose key has changed");

        // Not by a request without the page either.
        var body = new JsonObject
        {
            ["hostname"] = "127.0.0.1",
            ["port"] = machine.Server.Port,
            ["username"] = machine.User.Name,
            ["fingerprint"] = await machine.Server.FingerprintAsync(),
        };
        using var content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var answer = await exporter.Http.PostAsync("/api/dgx/trust", content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);

        // A host that is added nevertheless is offline, and its page says why.
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("host-reason")).ToContainTextAsync("hostkey_changed");
        await visit.Visible("host-test").ClickAsync();
        await AssertChangedAsync();
        Assert.Equal(trusted, await KnownHostsAsync(machine));
        await CloseAsync();

        async Task AssertChangedAsync()
        {
            var step = visit.Visible("step").Filter(new() { HasText = "host key" });
            await Expect(step).ToHaveAttributeAsync("data-verdict", "failed");
            await Expect(step).ToContainTextAsync("hostkey_changed");
            await Expect(step).ToContainTextAsync("man-in-the-middle");
            await Expect(visit.Visible("steps-result")).ToContainTextAsync("failed");
            await Expect(visit.Find("fingerprint")).ToHaveCountAsync(0);
            await Expect(visit.Find("trust")).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task A_forged_fingerprint_is_refused_and_nothing_is_stored()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await Adding.StartAsync(machine);
        var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
        visit.ExpectStatus("/api/dgx/trust", 409);
        await visit.Page.RouteAsync("**/api/dgx/trust", async route =>
        {
            var body = JsonNode.Parse(route.Request.PostData!)!;
            body["fingerprint"] = Forged;
            await route.ContinueAsync(new() { PostData = System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()) });
        });

        await visit.Visible("start-add").ClickAsync();
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("host-test-button").ClickAsync();
        await visit.Visible("trust").ClickAsync();
        await Expect(visit.Visible("trust-error")).ToContainTextAsync("Not trusted.");
        await Expect(visit.Visible("trust-error")).ToContainTextAsync(await machine.Server.FingerprintAsync());
        await Expect(visit.Visible("trust-error")).ToContainTextAsync("Someone may be in the middle");
        await Expect(visit.Find("trust")).ToHaveCountAsync(0);
        Assert.Equal("", await KnownHostsAsync(machine));

        // With the true fingerprint it goes on.
        await visit.Page.UnrouteAllAsync();
        await visit.Visible("host-test-button").ClickAsync();
        await visit.Visible("trust").ClickAsync();
        await Expect(visit.Visible("steps-result")).ToHaveTextAsync("Everything works.", new() { Timeout = 60_000 });
        Assert.Contains(machine.Server.KnownHost().Split(' ')[2].Trim(), await KnownHostsAsync(machine), StringComparison.Ordinal);
        await CloseAsync();
    }

    [Fact]
    public async Task Of_two_who_edit_a_host_the_second_is_told_and_overwrites_nothing()
    {
        await using var machine = await WatchedMachine.StartAsync();
        Adding.Trust(machine);
        await using var exporter = await Adding.StartAsync(machine);
        await Adding.PostHostAsync(exporter, machine, "box");
        await exporter.UntilOnlineAsync();
        var key = await Adding.KeyOfAsync(machine);
        var (first, second) = (await VisitAsync(exporter, new("hosts/box", key)), await VisitAsync(exporter, new("hosts/box", key)));
        second.ExpectStatus("/api/dgx/connections", 412);
        second.ExpectStatus("/api/", 404);
        foreach (var visit in (Visit[])[first, second])
        {
            await visit.Visible("host-edit").ClickAsync();
            await Expect(visit.Visible("edit-host")).ToBeVisibleAsync();
        }

        await first.Visible("host-policy").SelectOptionAsync("off");
        await first.Visible("edit-host-submit").ClickAsync();
        await Expect(first.Find("dialog")).ToBeHiddenAsync();
        await second.Visible("host-name").FillAsync("other-name");
        await second.Visible("edit-host-submit").ClickAsync();
        await Expect(second.Visible("edit-host-error")).ToContainTextAsync("has been changed meanwhile by ");
        // What was typed is still there.
        await Expect(second.Visible("host-name")).ToHaveValueAsync("other-name");
        var stored = (await exporter.JsonAsync("/api/dgx/connections")).List("items").Single();
        Assert.Equal(("box", "off"), (stored.Text("name"), stored.Text("exec_policy")));

        // Opened again, it has the change of the first and can be saved.
        await second.Visible("dialog-cancel").ClickAsync();
        await second.Visible("host-edit").ClickAsync();
        await Expect(second.Visible("host-policy")).ToHaveValueAsync("off");
        await second.Visible("host-name").FillAsync("other-name");
        await second.Visible("edit-host-submit").ClickAsync();
        await Expect(second.Visible("host")).ToHaveAttributeAsync("data-host", "other-name");

        // Removed while it is edited.
        await second.Visible("host-edit").ClickAsync();
        await Expect(second.Visible("edit-host")).ToBeVisibleAsync();
        await first.GoAsync("hosts/other-name");
        await first.Visible("host-remove").ClickAsync();
        await first.Visible("remove-host-submit").ClickAsync();
        await Expect(first.Visible("start")).ToBeVisibleAsync();
        await second.Visible("edit-host-submit").ClickAsync();
        await Expect(second.Visible("edit-host-error")).ToContainTextAsync("may have been removed");
        Assert.Empty(await Adding.HostsAsync(exporter));
        await CloseAsync();
    }

    [Fact]
    public async Task Of_two_who_edit_a_target_the_second_is_told_and_overwrites_nothing()
    {
        await using var services = new ScriptedServer();
        services.Answer("/health", 200, """{"status":"ok"}""").Answer("/second", 200, """{"status":"ok"}""");
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\nhosts: [{ name: here }]\n");
        await Adding.PostServiceAsync(exporter, services, "stt");
        var key = await Adding.KeyOfAsync(folder);
        var (first, second) = (
            await VisitAsync(exporter, new("targets/service/stt", key)), await VisitAsync(exporter, new("targets/service/stt", key)));
        second.ExpectStatus("/api/targets", 412);
        foreach (var visit in (Visit[])[first, second])
        {
            await visit.Visible("target-edit").ClickAsync();
            await Expect(visit.Visible("edit-target")).ToBeVisibleAsync();
        }

        await first.Visible("target-url").FillAsync(services.Url("/second").AbsoluteUri);
        await first.Visible("edit-target-submit").ClickAsync();
        await Expect(first.Find("dialog")).ToBeHiddenAsync();
        await second.Visible("target-timeout").FillAsync("2s");
        await second.Visible("edit-target-submit").ClickAsync();
        await Expect(second.Visible("edit-target-error")).ToContainTextAsync("has been changed since it was read");
        await Expect(second.Visible("target-timeout")).ToHaveValueAsync("2s");
        var stored = (await exporter.JsonAsync("/api/targets/service/stt"))["settings"]!;
        Assert.Equal((services.Url("/second").AbsoluteUri, ""), (stored.Text("url"), stored.Text("timeout")));

        await second.Visible("dialog-cancel").ClickAsync();
        await second.Visible("target-edit").ClickAsync();
        await Expect(second.Visible("target-url")).ToHaveValueAsync(services.Url("/second").AbsoluteUri);
        await second.Visible("target-timeout").FillAsync("2s");
        await second.Visible("edit-target-submit").ClickAsync();
        await Expect(second.Visible("target-facts")).ToContainTextAsync("2s");
        await CloseAsync();
    }

    private static async Task<string> KnownHostsAsync(WatchedMachine machine) => File.Exists(machine.Folder.PathOf("known_hosts"))
        ? await File.ReadAllTextAsync(machine.Folder.PathOf("known_hosts"), TestContext.Current.CancellationToken)
        : "";
}
