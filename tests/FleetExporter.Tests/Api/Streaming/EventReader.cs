using System.Text.Json;

namespace FleetExporter.Tests.Api.Streaming;

/// <summary>Reads server-sent events from an open response.</summary>
internal sealed class EventReader : IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventReader(HttpResponseMessage answer, StreamReader lines)
    {
        _answer = answer;
        _lines = lines;
    }

    public HttpResponseMessage Answer => _answer;

    /// <summary>Lines that are neither an id nor data.</summary>
    public List<string> Others { get; } = [];

    public static async Task<EventReader> OpenAsync(HttpClient http, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return new EventReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)));
    }

    /// <summary>The next event; null at the orderly end of the stream.</summary>
    public async Task<(string Id, JsonElement Data)?> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        var id = "";
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                return (id, JsonDocument.Parse(line[6..]).RootElement);
            }
            else if (line.Length > 0)
            {
                Others.Add(line);
            }
        }

        return null;
    }

    public async Task<(string Id, JsonElement Data)> EventAsync()
    {
        var next = await NextAsync();
        Assert.True(next is not null, "the stream has ended");
        return next.Value;
    }

    /// <summary>Reads until a comment arrives.</summary>
    public async Task CommentAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (await _lines.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith(':'))
            {
                return;
            }

            Assert.Equal("", line);
        }

        Assert.Fail("the stream has ended");
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }
}
