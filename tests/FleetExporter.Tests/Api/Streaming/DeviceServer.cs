using System.Text.Json;
using FleetExporter.Config;
using FleetExporter.Tests.Api.Access;

namespace FleetExporter.Tests.Api.Streaming;

/// <summary>A service with two devices, and the two hosts of <see cref="ApiServer"/>.</summary>
internal sealed class DeviceServer : IAsyncDisposable
{
    public const string Key = "the-key-of-the-beast";

    public const string Ticking = """{"name":"RTX 4090","memoryTotal":24564,"utilizationGpu":7}""";

    public static readonly string Devices = $"devices:\n- {{ name: beast, key_hash: \"{KeyHash.Of(Key)}\" }}\n"
        + $"- {{ name: other, key_hash: \"{KeyHash.Of("the-key-of-the-other")}\", stale_after: 1m }}\n";

    private DeviceServer(KeyedServer keyed) => Keyed = keyed;

    public KeyedServer Keyed { get; }

    public FakeClock Clock => Keyed.Clock;

    public HttpClient Http => Keyed.Http;

    public static async Task<DeviceServer> StartAsync(string yml = "") => new(await KeyedServer.StartAsync(Devices + yml));

    public async Task<(int Status, JsonElement Body)> PushAsync(string json, string key = Key)
    {
        using var answer = await Keyed.PostAsync("/push-sse", json, ("X-API-Key", key));
        return (
            (int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    /// <summary>A push that must be accepted.</summary>
    public async Task PushedAsync(string json = Ticking)
    {
        var (status, body) = await PushAsync(json);
        Assert.Equal((200, """{"success":true}"""), (status, body.GetRawText()));
    }

    public Task<EventReader> StreamAsync(string path = "/gpu/stream?host=beast", params (string Name, string Value)[] headers) =>
        EventReader.OpenAsync(Http, path, headers);

    /// <summary>Advances the clock second by second until a task completes.</summary>
    public async Task<T> WhileTimePassesAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(20, TestContext.Current.CancellationToken));
        }

        return await task;
    }

    public async Task<IReadOnlyList<string>> SeriesAsync(string part)
    {
        using var answer = await Keyed.GetAsync("/metrics", ("X-API-Key", Keyed.AdminKey));
        var page = await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return [.. page.Split('\n').Where(l => l.Length > 0 && l[0] != '#' && l.Contains(part, StringComparison.Ordinal))];
    }

    public async Task ReloadAsync(string yml)
    {
        Keyed.Api.WriteConfig(ApiServer.TwoHosts + yml);
        (await Keyed.PostAsync("/-/reload", null, ("X-API-Key", Keyed.AdminKey))).EnsureSuccessStatusCode();
    }

    public ValueTask DisposeAsync() => Keyed.DisposeAsync();
}
