using FleetExporter.BrowserTests.Browsing;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests;

/// <summary>Hosts and targets are added, tested, edited and removed on the page, with the admin key.</summary>
public sealed class AddingTests(Chromium chromium) : PageTest(chromium)
{
    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task A_host_with_an_unknown_key_is_added_until_it_is_online(int width)
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await Adding.StartAsync(machine);
        var visit = await VisitAsync(exporter, new("overview", await Adding.KeyOfAsync(machine), width));
        var clicks = new Clicks(visit, width < 500);

        await Expect(visit.Visible("start")).ToContainTextAsync("Nothing is watched yet");
        await clicks.OnAsync("start-add");
        await Adding.FillAsync(visit, machine, "new-box");
        await clicks.OnAsync("host-test-button");
        await Expect(visit.Visible("fingerprint")).ToContainTextAsync(await machine.Server.FingerprintAsync());
        await visit.AssertNoHorizontalOverflowAsync();
        await clicks.OnAsync("trust");
        await Expect(visit.Visible("steps-result")).ToHaveTextAsync("Everything works.", new() { Timeout = 60_000 });
        await Axe.CheckAsync(visit.Page, "the dialog that adds a host");
        await clicks.OnAsync("add-host-submit");

        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "new-box");
        await Expect(visit.Visible("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });
        TasksTests.AssertClicks("add a host whose key is unknown, until it is online", clicks.Count);
        await CloseAsync();
    }

    [Fact]
    public async Task What_prevents_a_host_is_said_at_its_step_or_field_and_nothing_is_half_made()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await Adding.StartAsync(machine);
        Adding.Trust(machine);
        var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
        visit.ExpectStatus("/api/dgx/connections", 422);
        visit.ExpectStatus("/api/dgx/connections", 409);

        // A closed port.
        await visit.Visible("start-add").ClickAsync();
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("host-port").FillAsync($"{Ports.Free()}");
        await visit.Visible("host-test-button").ClickAsync();
        await Expect(visit.Visible("step").Filter(new() { HasText = "refused" })).ToHaveAttributeAsync("data-verdict", "failed");
        await Expect(visit.Visible("steps-result")).ToContainTextAsync("failed");

        // A user that does not exist, so no key opens it.
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("host-user").FillAsync("no-such-user");
        await visit.Visible("host-test-button").ClickAsync();
        await Expect(visit.Visible("step").Filter(new() { HasText = "auth" }))
            .ToHaveAttributeAsync("data-verdict", "failed", new() { Timeout = 30_000 });

        // An invalid name.
        await Adding.FillAsync(visit, machine, "-box");
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("add-host")).ToContainTextAsync("Give 1 to 63 letters");

        // A name that is taken.
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "box");
        await visit.GoAsync("hosts");
        await visit.Visible("host-add").ClickAsync();
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("add-host")).ToContainTextAsync("already");
        await visit.Visible("dialog-cancel").ClickAsync();

        Assert.Equal(["box"], await Adding.HostsAsync(exporter));
        await CloseAsync();
    }

    [Fact]
    public async Task A_host_is_edited_disconnected_connected_and_removed()
    {
        await using var machine = await WatchedMachine.StartAsync();
        await using var exporter = await Adding.StartAsync(machine);
        Adding.Trust(machine);
        var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
        await visit.Visible("start-add").ClickAsync();
        await Adding.FillAsync(visit, machine, "box");
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });

        await visit.Visible("host-edit").ClickAsync();
        await Expect(visit.Visible("edit-host")).ToBeVisibleAsync();
        await visit.Page.GetByTestId("edit-host").GetByTestId("host-name").FillAsync("renamed");
        await visit.Visible("edit-host-submit").ClickAsync();
        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "renamed");
        await Expect(visit.Visible("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });

        await visit.Visible("host-disconnect").ClickAsync();
        await visit.GoAsync("hosts");
        await Expect(visit.Visible("idle-host")).ToHaveAttributeAsync("data-host", "renamed");
        await visit.Visible("idle-connect").ClickAsync();
        await Expect(visit.Host("renamed").GetByTestId("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });

        await visit.GoAsync("hosts/renamed");
        await visit.Visible("host-remove").ClickAsync();
        await visit.Visible("remove-host-submit").ClickAsync();
        await Expect(visit.Visible("start")).ToBeVisibleAsync();
        Assert.Empty(await Adding.HostsAsync(exporter));
        await CloseAsync();
    }

    [Theory]
    [InlineData(1400)]
    [InlineData(360)]
    public async Task A_service_is_added_tested_and_removed(int width)
    {
        await using var services = new ScriptedServer();
        services.Answer("/health", 200, """{"status":"ok","model":"whisper","service":"stt"}""");
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "poll_interval: 1s\nhosts: [{ name: here }]\n");
        var key = await Adding.KeyOfAsync(folder);
        var visit = await VisitAsync(exporter, new("overview", key, width));
        var clicks = new Clicks(visit, width < 500);

        await clicks.OnAsync("tab-targets");
        await clicks.OnAsync("target-add");
        await visit.Visible("target-name").FillAsync("stt");
        await visit.Visible("target-url").FillAsync(services.Url("/health").AbsoluteUri);
        await clicks.OnAsync("target-test");
        await Expect(visit.Visible("steps-result")).ToHaveTextAsync("Everything works.");
        await clicks.OnAsync("add-target-submit");

        await Expect(visit.Visible("target-page")).ToHaveAttributeAsync("data-target", "service:stt");
        await Expect(visit.Visible("target-state").First).ToHaveTextAsync("ok");
        await Expect(visit.Visible("target-facts")).ToContainTextAsync("whisper");
        TasksTests.AssertClicks("add a service", clicks.Count);
        await visit.AssertNoHorizontalOverflowAsync();

        services.Answer("/health", 500, "broken");
        await Expect(visit.Visible("target-state").First).ToHaveTextAsync("error", new() { Timeout = 20_000 });
        await Expect(visit.Visible("target-failure").First).ToContainTextAsync("status");
        await visit.Visible("target-remove").ClickAsync();
        await visit.Visible("remove-target-submit").ClickAsync();
        await Expect(visit.Visible("notice-empty")).ToContainTextAsync("No targets");
        await CloseAsync();
    }
}
