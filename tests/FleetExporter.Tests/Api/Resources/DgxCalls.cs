using System.Text;
using System.Text.Json;

namespace FleetExporter.Tests.Api.Resources;

/// <summary>Calls with bodies, and short ways into their answers.</summary>
internal static class DgxCalls
{
    public static async Task<(int Status, JsonElement Body)> CallAsync(this ApiServer server, string method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
        };

        // What is refused for its size is refused before it is sent.
        request.Headers.ExpectContinue = json?.Length > 512 * 1024;
        using var answer = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    /// <summary>The answer of a call that has to go well.</summary>
    public static async Task<JsonElement> DoAsync(this ApiServer server, string method, string path, string? json = null)
    {
        var (status, body) = await server.CallAsync(method, path, json);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status} {body}");
        return body;
    }

    /// <summary>The names of the fields that were wrong.</summary>
    public static async Task<(int Status, string Fields)> RefusedAsync(this ApiServer server, string method, string path, string? json = null)
    {
        var (status, body) = await server.CallAsync(method, path, json);
        return (status, body.ValueKind == JsonValueKind.Object && body.TryGetProperty("errors", out var errors)
            ? string.Join(' ', errors.EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)) : "");
    }

    public static async Task<IReadOnlyList<string>> NamesAsync(this ApiServer server, string path) =>
        [.. (await server.JsonAsync(path)).GetProperty("items").EnumerateArray().Select(i => i.Text("name")).Order(StringComparer.Ordinal)];

    public static string Text(this JsonElement of, string name) =>
        of.GetProperty(name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : of.GetProperty(name).GetRawText();

    /// <summary>Waits for what happens beside the calls.</summary>
    public static async Task UntilAsync(Func<Task<bool>> holds)
    {
        for (var looks = 0; !await holds(); looks++)
        {
            Assert.True(looks < 5000);
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }
}
