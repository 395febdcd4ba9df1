using System.Diagnostics;
using System.Text.Json;
using FleetExporter.OpenClaw.Connection;

namespace FleetExporter.Bench;

/// <summary>What a call over the kept connection to a real gateway takes; bench/gateway.py starts one and compares with its command line.</summary>
internal static class GatewayBench
{
    private const int Warm = 20;
    private const int Times = 100;

    private static readonly GatewayCall[] Calls =
    [
        GatewayCall.Health, GatewayCall.Status, GatewayCall.ChannelsStatus, GatewayCall.SessionsList(0), GatewayCall.CronList(0)
    ];

    /// <summary>Prints one JSON object: milliseconds of each call by method, and of each connect with login.</summary>
    public static async Task RunAsync(Uri url, string token)
    {
        Dictionary<string, List<double>> milliseconds = [];
        for (var n = 0; n < Warm + Times; n++)
        {
            var watch = Stopwatch.StartNew();
            await using var connection = await GatewayConnection.OpenAsync(
                url, new GatewayLogin(token, null), TimeProvider.System, CancellationToken.None);
            Note("connect", watch.Elapsed, n);
        }

        await using var kept = await GatewayConnection.OpenAsync(url, new GatewayLogin(token, null), TimeProvider.System, CancellationToken.None);
        foreach (var call in Calls)
        {
            for (var n = 0; n < Warm + Times; n++)
            {
                var watch = Stopwatch.StartNew();
                await kept.AskAsync(call, answer => answer.ValueKind, CancellationToken.None);
                Note(call.Method, watch.Elapsed, n);
            }
        }

        Console.WriteLine(JsonSerializer.Serialize(milliseconds));

        void Note(string name, TimeSpan took, int n)
        {
            if (n >= Warm)
            {
                (milliseconds.TryGetValue(name, out var list) ? list : milliseconds[name] = []).Add(took.TotalMilliseconds);
            }
        }
    }
}
