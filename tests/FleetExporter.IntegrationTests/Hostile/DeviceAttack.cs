using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FleetExporter.Config;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>What a hostile device pushes.</summary>
/// <param name="Answers">The statuses it may get.</param>
/// <param name="Rate">Pushes a second.</param>
/// <param name="Bodies">Pushed in turn.</param>
internal sealed record DeviceAttack(string Name, int[] Answers, int Rate, params string[] Bodies)
{
    private const int Senders = 8;
    private const string Key = "hostile-device-key-of-the-test-0123456789";

    public static IReadOnlyList<DeviceAttack> All { get; } =
    [
        new("DeviceExtremes", [200, 400, 422], 50, [.. Extremes(), new string('[', 30_000) + new string(']', 30_000)]),
        new("DeviceLargeBody", [413], 50, $"[{{\"name\":\"{new string('a', (64 * 1024) + 1 - 13)}\"}}]"),
        new("Device65Gpus", [422], 50, Gpus(65, "{}")),
        new("DeviceFlood", [200], 200, Gpus(64, """{"name":"g","memoryTotal":1,"temperatureGpu":200,"powerDraw":1e6}"""), "{}"),
    ];

    /// <summary>The device's section of fleet.yml.</summary>
    public string Config { get; } = $"devices: [{{ name: {HostileFleet.Hostile}, key_hash: \"{KeyHash.Of(Key)}\", stale_after: 3s }}]";

    public static DeviceAttack Of(string name) => All.Single(a => a.Name == name);

    /// <summary>Pushes until the observation ends; how often each status was the answer.</summary>
    public async Task<IReadOnlyDictionary<int, int>> PushAsync(Uri service, Task until, CancellationToken stop)
    {
        var answers = new ConcurrentDictionary<int, int>();
        using var http = new HttpClient { BaseAddress = service };
        http.DefaultRequestHeaders.Add("X-API-Key", Key);
        var watch = Stopwatch.StartNew();
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (!until.IsCompleted)
            {
                var i = Interlocked.Increment(ref next);
                var wait = TimeSpan.FromSeconds((double)i / Rate) - watch.Elapsed;
                await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, stop);
                using var body = new StringContent(Bodies[i % Bodies.Length], Encoding.UTF8, "application/json");
                using var answer = await http.PostAsync("/push-sse", body, stop);
                answers.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
            }
        }));
        return answers;
    }

    private static string Gpus(int count, string gpu) => $"[{string.Join(',', Enumerable.Repeat(gpu, count))}]";

    private static IEnumerable<string> Extremes()
    {
        foreach (var number in new[] { "1e308", "1e400", "-1", "9223372036854775808", "NaN", "\"NaN\"", "-0.0", "4.9e-324" })
        {
            foreach (var field in new[] { "memoryTotal", "temperatureGpu", "utilizationGpu", "fanSpeed", "powerDraw", "clockCore" })
            {
                yield return $"{{\"{field}\":{number}}}";
            }
        }

        var name = JsonSerializer.Serialize(HttpAttacks.Name[..20_000]);
        yield return $"{{\"name\":{name},\"vendor\":{name},\"driverVersion\":{name}}}";
        yield return """{"name":"\ud800"}""";
        yield return "\u0000";
        yield return "";
    }
}
