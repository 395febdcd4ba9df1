using System.Net;
using System.Net.Sockets;
using FleetExporter.BrowserTests.Browsing;

namespace FleetExporter.BrowserTests;

/// <summary>The service is killed while a host or a key is added: all of it is there afterwards or nothing, and the page goes on.</summary>
public sealed class AddingInterruptedTests(Chromium chromium) : PageTest(chromium)
{
    /// <summary>The request never reaches the service: there is no host, and the dialog adds it once the service is back.</summary>
    [Fact]
    public async Task A_service_that_is_killed_before_it_answers_has_no_host_and_the_dialog_goes_on()
    {
        await using var machine = await WatchedMachine.StartAsync();
        Adding.Trust(machine);
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        Visit visit;
        string authority;
        await using (var exporter = await Adding.StartAsync(machine))
        {
            authority = exporter.Http.BaseAddress!.Authority;
            visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
            visit.AllowConnectionLoss();
            await visit.Visible("start-add").ClickAsync();
            await Adding.FillAsync(visit, machine, "box");

            // While it tests a host that says nothing.
            await visit.Visible("host-port").FillAsync($"{((IPEndPoint)silent.LocalEndpoint).Port}");
            await visit.Visible("host-test-button").ClickAsync();
            await Expect(visit.Visible("step").Filter(new() { HasText = "host key" })).ToHaveAttributeAsync("data-verdict", "running");
            await visit.Visible("host-port").FillAsync($"{machine.Server.Port}");
            exporter.Send(Signal.Stop);
            await visit.Page.RunAndWaitForRequestAsync(
                () => visit.Visible("add-host-submit").ClickAsync(),
                request => request.Method == "POST" && request.Url.EndsWith("/api/dgx/connections", StringComparison.Ordinal));
            await exporter.KillAsync();
        }

        await Expect(visit.Find("lost")).ToBeVisibleAsync();
        await Expect(visit.Visible("add-host-error")).ToContainTextAsync("service");
        await Expect(visit.Visible("step").And(visit.Page.Locator("[data-verdict='running']"))).ToHaveCountAsync(0);
        await using var again = await Adding.StartAsync(machine, "--listen", authority);
        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        Assert.Empty(await Adding.HostsAsync(again));

        await Expect(visit.Visible("host-name")).ToHaveValueAsync("box");
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("host")).ToHaveAttributeAsync("data-host", "box");
        await Expect(visit.Visible("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });
        await CloseAsync();
    }

    /// <summary>The service has added the host, but its answer is lost.</summary>
    [Fact]
    public async Task A_service_that_is_killed_before_its_answer_arrives_has_the_whole_host()
    {
        await using var machine = await WatchedMachine.StartAsync();
        Adding.Trust(machine);
        Visit visit;
        string authority;
        await using (var exporter = await Adding.StartAsync(machine))
        {
            authority = exporter.Http.BaseAddress!.Authority;
            visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
            visit.AllowConnectionLoss();
            visit.ExpectStatus("/api/dgx/connections", 409);
            await visit.Page.RouteAsync("**/api/dgx/connections", async route =>
            {
                if (route.Request.Method != "POST")
                {
                    await route.ContinueAsync();
                    return;
                }

                await route.FetchAsync();
                await exporter.KillAsync();
                await route.AbortAsync("connectionreset");
            });
            await visit.Visible("start-add").ClickAsync();
            await Adding.FillAsync(visit, machine, "box");
            await visit.Visible("add-host-submit").ClickAsync();
            await Expect(visit.Visible("add-host-error")).ToHaveTextAsync("The service does not answer.");
            await Expect(visit.Find("lost")).ToBeVisibleAsync();
            await visit.Page.UnrouteAllAsync();
        }

        await using var again = await Adding.StartAsync(machine, "--listen", authority);
        await Expect(visit.Find("lost")).ToBeHiddenAsync();
        var host = (await again.JsonAsync("/api/dgx/connections")).List("items").Single();
        Assert.Equal(
            ("box", "127.0.0.1", machine.Server.Port, machine.User.Name),
            (host.Text("name"), host.Text("hostname"), host["port"]!.GetValue<int>(), host.Text("username")));

        // A second try says that it is there, and it is.
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("add-host")).ToContainTextAsync("already");
        await visit.Visible("dialog-cancel").ClickAsync();
        await Expect(visit.Host("box").GetByTestId("host-status")).ToHaveTextAsync("online", new() { Timeout = 30_000 });
        Assert.Equal(["box"], await Adding.HostsAsync(again));
        await CloseAsync();
    }

    /// <summary>Killed at any moment while it writes a key, it leaves a whole key or none under that name.</summary>
    [Fact]
    public async Task A_service_that_is_killed_while_it_makes_a_key_leaves_no_half_key()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var exporter = await Adding.StartAsync(machine);
        var authority = exporter.Http.BaseAddress!.Authority;
        try
        {
            var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine)));
            visit.AllowConnectionLoss();
            visit.ExpectStatus("/api/ssh/keys", 409);
            await visit.Page.RouteAsync("**/api/ssh/keys", async route =>
            {
                if (route.Request.Method == "POST")
                {
                    // The service is killed while it answers.
                    await Task.WhenAll(route.ContinueAsync(), exporter.KillAsync());
                }
                else
                {
                    await route.ContinueAsync();
                }
            });
            await visit.Visible("start-add").ClickAsync();
            await visit.Visible("host-name").FillAsync("box");
            await visit.Visible("host-key-new").ClickAsync();
            await Expect(visit.Find("lost")).ToBeVisibleAsync();
            // Either the answer was lost, or it came just before.
            var note = visit.Visible("key-note");
            await Expect(note.GetByText("The service does not answer.").Or(note.GetByTestId("key-install"))).ToBeVisibleAsync();
            await visit.Page.UnrouteAllAsync();
            await exporter.DisposeAsync();

            exporter = await Adding.StartAsync(machine, "--listen", authority);
            await Expect(visit.Find("lost")).ToBeHiddenAsync();
            var names = machine.Folder.PathOf("data/keys") is var keys && Directory.Exists(keys)
                ? Directory.GetFiles(keys).Select(f => Path.GetFileName(f)).Where(name => !name.StartsWith('.')).ToList()
                : [];
            Assert.Empty(names.Except(["box", "box.pub"]));
            foreach (var name in names)
            {
                await Tool.RunAsync("ssh-keygen", "-l", "-f", machine.Folder.PathOf("data", "keys", name));
            }

            var listed = (await exporter.JsonAsync("/api/ssh/keys")).List("items")
                .Where(k => k.Text("path")?.StartsWith(machine.Folder.PathOf("data", "keys"), StringComparison.Ordinal) == true).ToList();
            Assert.Equal(names.Contains("box") ? 1 : 0, listed.Count);
            Assert.All(listed, k => Assert.True(k["usable"]!.GetValue<bool>()));

            // The dialog goes on with another name.
            await visit.Visible("host-name").FillAsync("box-2");
            await visit.Visible("host-key-new").ClickAsync();
            await Expect(visit.Visible("key-install")).ToContainTextAsync("authorized_keys");
            await Expect(visit.Visible("host-key-file")).ToHaveValueAsync(machine.Folder.PathOf("data", "keys", "box-2"));
            await CloseAsync();
        }
        finally
        {
            await exporter.DisposeAsync();
        }
    }
}
