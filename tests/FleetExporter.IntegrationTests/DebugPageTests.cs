using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary><c>/debug/hosts/{host}</c> of a real host.</summary>
public abstract class DebugPageTests(string client) : SshTests(client)
{
    private const string H100 = "GPU-00000000-0000-0000-0000-000000000000";
    private const string Secret = "hf_Q7x9SECRET";

    [Fact]
    public async Task The_page_has_sections_readings_and_failures()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("work");
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync(
            "GPU processes and all series of the session",
            p => p.Find("fleet_gpu_processes") == 3 && p.Of("fleet_collector_success", ("collector", "gpu_owners")).Any()
                && p.Of("fleet_tmux_session_cpu_ratio").Any()
                && p.Of("fleet_tmux_session_gpu_memory_bytes").Any());
        var debug = await exporter.JsonAsync("/debug/hosts/box");
        var collectors = debug.List("collectors").ToDictionary(c => c.Text("collector"));
        Assert.Equal(
            [
                "filesystem", "gpu", "gpu_details", "gpu_owners", "gpu_processes", "gpu_profile", "host", "system", "systemd", "temperature",
                "tmux", "tmux_users", "xid",
            ],
            collectors.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, begins) in new[]
        {
            ("system", "os="), ("host", "cpu "), ("tmux", $"U0:{machine.User.Name}\n"), ("gpu", "fields=index,"),
            ("gpu_processes", "GPU-"), ("gpu_details", "<?xml"),
        })
        {
            Assert.StartsWith(begins, collectors[name].Text("received"), StringComparison.Ordinal);
            Assert.NotNull(collectors[name]["reading"]);
            Assert.Null(collectors[name]["failure"]);
            Assert.Equal(collectors[name]["at"]!.GetValue<DateTimeOffset>(), collectors[name]["last_success"]!.GetValue<DateTimeOffset>());
        }

        Assert.Equal("no units are configured for this host", collectors["systemd"].Text("off"));
        Assert.Equal("work", collectors["tmux"]["reading"]!.List("servers")[0].List("sessions")[0]["session"]!.Text("name"));
        Assert.Equal(3, collectors["gpu_processes"]["reading"]!.List("processes").Count);
        // The host's part of /metrics, by the same names; a series may begin between the two requests.
        var differing = "";
        await Until.SeenAsync(
            async () =>
            {
                var own = Page.Parse((await exporter.JsonAsync("/debug/hosts/box")).Text("metrics")).Samples.Select(s => s.Series).ToHashSet();
                var page = (await exporter.PageAsync()).Samples.Where(s => s["host"] == "box").Select(s => s.Series).ToHashSet();
                differing = string.Join('\n', own.Union(page).Except(own.Intersect(page)));
                return own.Count > 80 && differing.Length == 0 ? own : null;
            },
            "both have the same series", () => differing);

        var before = TimeProvider.System.GetUtcNow();
        smi.Print("Failed to initialize NVML: Driver/library version mismatch\n", 18);
        await exporter.UntilAsync("the failure", p => p.Find("fleet_collector_failures_total", ("collector", "gpu"), ("reason", "driver")) >= 1);
        debug = await exporter.JsonAsync("/debug/hosts/box");
        var failed = debug.List("collectors").Single(c => c.Text("collector") == "gpu");
        Assert.Equal("driver", failed.Text("failure"));
        Assert.Contains("version mismatch", failed.Text("received"), StringComparison.Ordinal);
        Assert.True(failed["last_success"]!.GetValue<DateTimeOffset>() < failed["at"]!.GetValue<DateTimeOffset>());
        var note = debug.List("failures").First(f => f.Text("what") == "gpu");
        Assert.Equal("driver", note.Text("reason"));
        Assert.InRange(note["at"]!.GetValue<DateTimeOffset>(), before, TimeProvider.System.GetUtcNow());
        Assert.StartsWith("gpu: driver: ", debug.Text("reason"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_in_process_arguments_is_never_shown()
    {
        await using var machine = await StartMachineAsync(path: FakeNvidiaSmi.FolderIn);
        var smi = FakeNvidiaSmi.H100(machine.Folder);
        smi.Processes(
            (H100, 4711, $"python serve.py --token {Secret}", 900), (H100, 4712, $"/opt/vllm/bin/python -m vllm --api-key={Secret} -x", 90));
        var report = machine.Folder.PathOf("smi", "report.xml");
        var text = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        var process = $"<process_info><pid>4711</pid><process_name>python serve.py --token {Secret}</process_name></process_info>";
        await File.WriteAllTextAsync(
            report, text.Replace("</gpu>", $"{process}</gpu>", StringComparison.Ordinal), TestContext.Current.CancellationToken);

        await using var tmux = new TmuxServer(machine.User);
        await tmux.CreateAsync("work", $"sleep 600; : --token {Secret}");
        await using var exporter = await machine.WatchAsync();
        await exporter.UntilAsync("both processes", p => p.Find("fleet_gpu_processes") == 2);
        await NowhereAsync();
        Assert.Contains(
            "python …", Unescaped(await exporter.Http.GetStringAsync("/debug/hosts/box", TestContext.Current.CancellationToken)),
            StringComparison.Ordinal);

        // Nor in a row that is not understood, whose text a reason might quote.
        await File.WriteAllTextAsync(
            machine.Folder.PathOf("smi", "processes.csv"),
            $"gpu_uuid, pid, process_name, used_gpu_memory [MiB]\n{H100}, no-pid, python --token {Secret}, 90 MiB\n",
            TestContext.Current.CancellationToken);
        await exporter.UntilAsync("the failure", p =>
            p.Find("fleet_collector_failures_total", ("collector", "gpu_processes"), ("reason", "parse")) >= 1);
        await NowhereAsync();
        await exporter.StopAsync();
        Assert.DoesNotContain(Secret, exporter.Log, StringComparison.Ordinal);

        async Task NowhereAsync()
        {
            foreach (var path in new[]
            {
                "/", "/metrics", "/probe?target=box", "/sd/hosts", "/api/hosts", "/api/hosts/box",
                "/api/sessions", "/api/sessions/box:work", "/api/config", "/debug/hosts/box",
            })
            {
                var answer = await exporter.Http.GetStringAsync(path, TestContext.Current.CancellationToken);
                Assert.False(Unescaped(answer).Contains(Secret, StringComparison.Ordinal), $"{path} has the secret:\n{answer}");
            }
        }
    }

    private static string Unescaped(string json) => json.Replace("\\u2026", "…", StringComparison.Ordinal);

    public sealed class WithBuiltinClient() : DebugPageTests("builtin");

    public sealed class WithOpenSsh() : DebugPageTests("openssh");
}
