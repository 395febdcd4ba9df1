using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>A month in Prometheus: 8 GPUs every 15 seconds, and what long steps make of counters, outages and gaps.</summary>
public sealed class HistoryBackfillTests
{
    private const int Interval = 15;
    private const int Days = 30;
    private const string Host = "gpu-server-1";

    private static readonly long End = Whole(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
    private static readonly long Start = End - (Days * 86_400);

    /// <summary>Four hours without samples 20 days ago, of which a step of two hours is one half.</summary>
    private static readonly (long From, long To) Gap = (StepBefore(20) + 900, StepBefore(20) + 900 + (4 * 3600));

    /// <summary>30 seconds, 10 days ago, in the middle of a step.</summary>
    private static readonly (long From, long To) Outage = (StepBefore(10) + 3600, StepBefore(10) + 3630);

    [Fact]
    public async Task A_month_is_answered_in_360_steps_with_its_outages_and_gaps()
    {
        using var folder = new TestFolder();
        await Promtool.BackfillAsync(folder, Samples());
        await using var prometheus = await PrometheusServer.StartAsync(folder, "  []");
        await using var exporter = await Exporter.StartAsync(folder, $"prometheus: {{ url: \"{prometheus.Url}\" }}\n", null, "--simulate", "3");

        var all = await AskAsync(exporter, $"host:{Host}", "gpu_temperature");
        Assert.Equal((7200.0, "prometheus", ""), (all.Number("step_seconds"), all.Text("source"), all.Text("hint")));
        Assert.Equal(Enumerable.Range(0, 8).Select(i => $"GPU {i}"), all.List("series").Select(s => s.Text("name")));
        var times = all["times"]!.AsArray().Select(t => t!.GetValue<long>() / 1000).ToList();
        Assert.InRange(times.Count, 360, 361);
        Assert.All(times, t => Assert.Equal(0, t % 7200));
        foreach (var (gpu, series) in all.List("series").Index())
        {
            foreach (var (step, time) in times.SkipLast(1).Index())
            {
                var isGap = time >= Gap.From && time + 7200 <= Gap.To;
                Assert.Equal(isGap, Numbers(series, "avg")[step] is null);
                if (!isGap)
                {
                    Assert.InRange(Numbers(series, "min")[step]!.Value, 40 + gpu, Numbers(series, "avg")[step]!.Value);
                    Assert.InRange(Numbers(series, "max")[step]!.Value, Numbers(series, "avg")[step]!.Value, 50 + gpu);
                }
            }
        }

        Assert.Single(Numbers(all.List("series")[0], "avg").SkipLast(1), v => v is null);
        var one = Assert.Single((await AskAsync(exporter, $"gpu:{Host}/5", "temperature")).List("series"));
        Assert.Equal(Numbers(all.List("series")[5], "max"), Numbers(one, "max"));
        Assert.Equal("5", one["labels"]!.Text("gpu"));
        var byUuid = Assert.Single((await AskAsync(exporter, $"gpu:{Host}/GPU-5", "temperature")).List("series"));
        Assert.Equal(Numbers(one, "max"), Numbers(byUuid, "max"));

        // One lost sample of a month shows, and in no other step.
        var up = Assert.Single((await AskAsync(exporter, $"host:{Host}", "up")).List("series"));
        var down = times.Where((_, i) => Numbers(up, "min")[i] == 0).ToList();
        Assert.InRange(Outage.From, Assert.Single(down), down[0] + 7200);
        Assert.All(Numbers(up, "max").Where(v => v is not null), v => Assert.Equal(1, v));
        Assert.All(Numbers(up, "avg").Where(v => v is not null), v => Assert.InRange(v!.Value, 0.99, 1));

        // A quarter of the CPU time is busy, whatever two jobs scrape.
        foreach (var range in (string[])["24h", "7d", "30d"])
        {
            var cpu = Assert.Single((await AskAsync(exporter, $"host:{Host}", "cpu", range)).List("series"));
            Assert.All(((string[])["min", "avg", "max"]).SelectMany(b => Numbers(cpu, b)).OfType<double>(), v => Assert.Equal(25, v, 0.1));
            Assert.True(Numbers(cpu, "avg").Count(v => v is not null) > 280, range);
        }

        var network = (await AskAsync(exporter, $"host:{Host}", "network_receive")).List("series");
        Assert.Equal(["eth1", "eth0"], network.Select(s => s.Text("name")));
        Assert.All(Numbers(network[0], "max").OfType<double>(), v => Assert.Equal(2000, v, 1.0));
        Assert.All(Numbers(network[1], "max").OfType<double>(), v => Assert.Equal(1000, v, 1.0));
    }

    /// <summary>Zooming: a past period has the steps of its length.</summary>
    [Fact]
    public async Task A_past_period_is_answered_in_its_own_steps()
    {
        using var folder = new TestFolder();
        await Promtool.BackfillAsync(folder, Series("fleet_gpu_temperature_celsius", "gauge", ("gpu=\"0\",uuid=\"u\"", t => t / 60 % 50)));
        await using var prometheus = await PrometheusServer.StartAsync(folder, "  []");
        await using var exporter = await Exporter.StartAsync(folder, $"prometheus: {{ url: \"{prometheus.Url}\" }}\n", null, "--simulate", "3");
        var from = DateTimeOffset.FromUnixTimeSeconds(End - (8 * 86_400) - ((End - (8 * 86_400)) % 3600));

        var zoomed = await exporter.JsonAsync(
            $"/api/history?subject=gpu:{Host}/0&value=temperature&from={from:yyyy-MM-ddTHH:mm:ssZ}&to={from.AddHours(3):yyyy-MM-ddTHH:mm:ssZ}");

        Assert.Equal((30.0, from), (zoomed.Number("step_seconds"), zoomed["from"]!.GetValue<DateTimeOffset>()));
        var values = Numbers(Assert.Single(zoomed.List("series")), "avg");
        Assert.Equal(360, values.Count);
        // Samples of the step after its begin, and the one at its end, are of this minute or of the next one.
        Assert.All(values.Index(), v =>
        {
            var minute = (from.ToUnixTimeSeconds() + (v.Index * 30)) / 60;
            Assert.InRange(v.Item!.Value, Math.Min(minute % 50, (minute + 1) % 50), Math.Max(minute % 50, (minute + 1) % 50));
        });
    }

    private static IEnumerable<string> Samples() =>
    [
        .. Series("fleet_gpu_temperature_celsius", "gauge", [.. Enumerable.Range(0, 8).Select(i =>
            ($"gpu=\"{i}\",uuid=\"GPU-{i}\"", (Func<long, double>)(t => 45 + i + Math.Round(5 * Math.Sin(t / 9000.0)))))]),
        .. Series("fleet_ssh_up", "gauge", ("job=\"fleet\"", t => t >= Outage.From && t < Outage.To ? 0 : 1)),
        .. Series("fleet_host_status", "gauge", ("status=\"offline\"", _ => 0)),
        .. Series("fleet_host_cpu_seconds", "counter",
            ("job=\"fleet\",mode=\"idle\"", t => t * 6), ("job=\"fleet\",mode=\"user\"", t => t * 2),
            ("job=\"probes\",mode=\"idle\"", t => t * 6), ("job=\"probes\",mode=\"user\"", t => t * 2)),
        .. Series("fleet_host_network_receive_bytes", "counter", ("device=\"eth0\"", t => t * 1000), ("device=\"eth1\"", t => t * 2000)),
    ];

    private static IEnumerable<string> Series(string family, string type, params (string Labels, Func<long, double> Value)[] series)
    {
        yield return $"# TYPE {family} {type}";
        foreach (var (labels, value) in series)
        {
            for (var time = Start; time < End; time += Interval)
            {
                if (time < Gap.From || time >= Gap.To)
                {
                    var (suffix, since) = type == "counter" ? ("_total", Start) : ("", 0);
                    yield return FormattableString.Invariant($"{family}{suffix}{{host=\"{Host}\",{labels}}} {value(time - since)} {time}");
                }
            }
        }
    }

    private static long StepBefore(int days) => (End - (days * 86_400)) / 7200 * 7200;

    private static long Whole(long seconds) => seconds - (seconds % Interval);

    private static Task<JsonNode> AskAsync(Exporter exporter, string subject, string value, string range = "30d") =>
        exporter.JsonAsync($"/api/history?subject={subject}&value={value}&range={range}");

    private static IReadOnlyList<double?> Numbers(JsonNode series, string bound) => [.. series[bound]!.AsArray().Select(v => v?.GetValue<double>())];
}
