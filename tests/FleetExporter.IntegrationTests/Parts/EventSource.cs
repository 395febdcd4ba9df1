namespace FleetExporter.IntegrationTests.Parts;

/// <summary>
/// Behaves like a browser's EventSource: repeats its request, with no custom header but Last-Event-ID, whenever the connection ends, and
/// stops when the answer is not 200.
/// </summary>
internal sealed class EventSource : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly CancellationTokenSource _closed = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private readonly Task _reading;
    private int _events;
    private int _opened;

    public EventSource(Uri url) => _reading = ReadAsync(url);

    /// <summary>The status that ended it; null while it goes on.</summary>
    public int? Refused { get; private set; }

    public int Events => Volatile.Read(ref _events);

    /// <summary>How often a connection was opened.</summary>
    public int Opened => Volatile.Read(ref _opened);

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _reading;
        _http.Dispose();
        _closed.Dispose();
    }

    private async Task ReadAsync(Uri url)
    {
        var last = "";
        while (!_closed.IsCancellationRequested && Refused is null)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                if (last.Length > 0)
                {
                    request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
                }

                using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _closed.Token);
                if ((int)answer.StatusCode != 200)
                {
                    Refused = (int)answer.StatusCode;
                    return;
                }

                Interlocked.Increment(ref _opened);
                using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(_closed.Token));
                while (await lines.ReadLineAsync(_closed.Token) is { } line)
                {
                    last = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : last;
                    if (line.StartsWith("data: ", StringComparison.Ordinal))
                    {
                        Interlocked.Increment(ref _events);
                    }
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // The connection ended; it comes back after a pause.
            }

            await Task.Delay(Pause, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
