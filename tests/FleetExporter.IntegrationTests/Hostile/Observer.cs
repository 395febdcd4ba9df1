using System.Diagnostics;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>Sends the requests of Prometheus and an operator and measures the answers, which must all succeed.</summary>
internal sealed class Observer(Exporter exporter, string dataDir)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Listings = ["/api/hosts", "/api/sessions", "/api/gpu", "/api/overview"];

    private readonly TimeProvider _clock = TimeProvider.System;

    /// <summary>Observes for a time.</summary>
    public async Task<Figures> ObserveAsync(TimeSpan duration, CancellationToken stop)
    {
        var (polls, pages, hosts) = (new PollTimes(HostileFleet.Interval), new Timings(), new Timings());
        var use = new List<ServiceUse>();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < duration; await Task.Delay(Pause, stop))
        {
            polls.Add(Page.Parse(await GetAsync("/metrics", pages, stop)), _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            foreach (var path in Listings)
            {
                Assert.NotNull(JsonNode.Parse(await GetAsync(path, path == "/api/hosts" ? hosts : null, stop)));
            }

            use.Add(Use());
        }

        return new Figures(polls.End(), pages, hosts, use);
    }

    /// <summary>Resources of the exporter after garbage collection.</summary>
    public async Task<ServiceUse> SettleAsync(ServiceUse before, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var use = Use();
        while (watch.Elapsed < TimeSpan.FromSeconds(5) && use.Resident > before.Resident + ServiceUse.MaxGrowth)
        {
            await ObserveAsync(TimeSpan.FromSeconds(0.5), stop);
            use = Use();
        }

        return use;
    }

    public ServiceUse Use() => ServiceUse.Of(exporter.Pid, dataDir);

    private async Task<string> GetAsync(string path, Timings? timings, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        using var answer = await exporter.Http.GetAsync(path, stop);
        var text = await answer.Content.ReadAsStringAsync(stop);
        timings?.Add(watch.Elapsed);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}\n{exporter.Log}");
        return text;
    }
}
