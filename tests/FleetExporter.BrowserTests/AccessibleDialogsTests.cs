using FleetExporter.BrowserTests.Browsing;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests;

/// <summary>axe-core finds no serious violation in the dialogs that add, change and remove hosts and targets, and in that of a journal.</summary>
public sealed class AccessibleDialogsTests(Chromium chromium) : PageTest(chromium)
{
    private const string Unit = "fleet-broken.service";

    public static TheoryData<string> Themes() => [.. Views.Themes];

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task No_dialog_has_serious_accessibility_violations(string theme)
    {
        using var journal = new TestFolder();
        var setup = await TestJournal.WriteAsync(journal, Unit, ["starting", "no such file: /models/qwen.gguf"]);
        await using var machine = await WatchedMachine.StartAsync(setup: setup, path: folder => folder.PathOf("bin"));
        await Tool.RunAsync("usermod", "-a", "-G", "systemd-journal", machine.User.Name);
        machine.Folder.Write(
            "bin/systemctl",
            $"#!/bin/sh\nprintf '%s\\n' Id={Unit} LoadState=loaded ActiveState=failed SubState=failed NRestarts=3\n",
            executable: true);
        await using var services = new ScriptedServer();
        services.Answer("/health", 200, """{"status":"ok"}""");
        await using var exporter = await machine.WatchAsync($"units: [{Unit}]");
        await Adding.PostHostAsync(exporter, machine, "spare");
        await Adding.PostServiceAsync(exporter, services, "stt");
        await exporter.UntilAsync("the unit", p => p.Of("fleet_systemd_unit_state").Any());
        var visit = await VisitAsync(exporter, new("hosts", await Adding.KeyOfAsync(machine), Theme: theme));
        visit.ExpectStatus("/api/", 422);

        await visit.Visible("host-add").ClickAsync();
        await Adding.FillAsync(visit, machine, "new-box");
        // By this name its key is unknown.
        await visit.Visible("host-address").FillAsync("localhost");
        await visit.Visible("host-test-button").ClickAsync();
        await Expect(visit.Visible("fingerprint")).ToContainTextAsync(await machine.Server.FingerprintAsync());
        await visit.Visible("host-name").FillAsync("-");
        await visit.Visible("add-host-submit").ClickAsync();
        await Expect(visit.Visible("add-host")).ToContainTextAsync("Give 1 to 63 letters");
        await CheckAsync("the dialog that adds a host", "add-host", hasInputs: true);
        await visit.Visible("dialog-cancel").ClickAsync();

        await visit.Visible("hosts-import").ClickAsync();
        await visit.Visible("import-text").FillAsync("Host gpu-server-1\n  HostName 10.0.0.12\n  ProxyCommand nc %h %p\n");
        await visit.Visible("import-read").ClickAsync();
        await Expect(visit.Visible("import-host")).ToBeVisibleAsync();
        await Expect(visit.Visible("import-found")).ToContainTextAsync("Not read:");
        await CheckAsync("the dialog that imports hosts", "import-found", hasInputs: true);
        await visit.Visible("dialog-cancel").ClickAsync();

        await visit.GoAsync("hosts/spare");
        await visit.Visible("host-edit").ClickAsync();
        await CheckAsync("the dialog that edits a host", "edit-host", hasInputs: true);
        await visit.Visible("dialog-cancel").ClickAsync();
        await visit.Visible("host-remove").ClickAsync();
        await CheckAsync("the dialog that removes a host", "remove-host");
        await visit.Visible("dialog-cancel").ClickAsync();

        await visit.GoAsync("targets");
        await visit.Visible("target-add").ClickAsync();
        await visit.Visible("target-name").FillAsync("-");
        await visit.Visible("target-url").FillAsync(services.Url("/health").AbsoluteUri);
        await visit.Visible("add-target-submit").ClickAsync();
        await Expect(visit.Visible("target-name")).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.Visible("target-name").FillAsync("tts");
        await visit.Visible("target-test").ClickAsync();
        await Expect(visit.Visible("steps-result")).ToHaveTextAsync("Everything works.");
        await CheckAsync("the dialog that adds a service", "add-target", hasInputs: true);
        foreach (var kind in (string[])["provider", "gateway", "tunnel"])
        {
            await visit.Visible("target-kind-choice").SelectOptionAsync(kind);
            await CheckAsync($"the dialog that adds a {kind}", "add-target", hasInputs: true);
        }

        await visit.Visible("dialog-cancel").ClickAsync();
        await visit.GoAsync("targets/service/stt");
        await visit.Visible("target-edit").ClickAsync();
        await CheckAsync("the dialog that edits a target", "edit-target", hasInputs: true);
        await visit.Visible("dialog-cancel").ClickAsync();
        await visit.Visible("target-remove").ClickAsync();
        await CheckAsync("the dialog that removes a target", "remove-target");
        await visit.Visible("dialog-cancel").ClickAsync();

        await visit.GoAsync("hosts/box");
        await visit.Visible("unit-journal").ClickAsync();
        await Expect(visit.Visible("journal-lines")).ToContainTextAsync("no such file: /models/qwen.gguf");
        await CheckAsync("the journal of a unit", "journal");
        await CloseAsync();

        async Task CheckAsync(string what, string testId, bool hasInputs = false)
        {
            await Expect(visit.Visible(testId)).ToBeVisibleAsync();
            // Themes differ only in colours.
            string[] rules = theme == Views.Themes[0] ? [] : ["color-contrast", "link-in-text-block"];
            await Axe.CheckAsync(visit.Page, $"{what} in {theme}", rules);
            if (hasInputs)
            {
                await Axe.CheckInputsAsync(visit.Page, $"{what} in {theme}", "#dialog", "#dialog");
            }
        }
    }
}
