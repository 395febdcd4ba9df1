using System.Text.Json;

namespace FleetExporter.Api.Http;

/// <summary>
/// A response of server-sent events that ends with its call. Comments keep a silent one open. A slow reader slows the call, not the service; after
/// the client has disconnected, events are dropped.
/// </summary>
internal sealed class EventStream(HttpResponse response, JsonSerializerOptions json, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _writeLock = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private Task _heartbeat = Task.CompletedTask;

    /// <summary>Whether the stream has started, so that no other response is possible.</summary>
    public bool HasStarted { get; private set; }

    /// <summary>Whether the client asks for a stream.</summary>
    public static bool IsWanted(HttpRequest request) => request.GetTypedHeaders().Accept.Any(a => a.MediaType == "text/event-stream");

    /// <summary>Sends an event; the first one starts the stream.</summary>
    public async ValueTask SendAsync<T>(string name, T data)
    {
        if (!HasStarted)
        {
            HasStarted = true;
            response.ContentType = "text/event-stream";
            response.Headers.CacheControl = "no-store";
            response.Headers["X-Accel-Buffering"] = "no";
            _heartbeat = BeatAsync();
        }

        await WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, json)}\n\n").ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _heartbeat.ConfigureAwait(false);
        _ended.Dispose();
        _writeLock.Dispose();
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(Heartbeat, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token).ConfigureAwait(false))
            {
                await WriteAsync(":\n\n").ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The call has ended.
        }
    }

    private async ValueTask WriteAsync(string text)
    {
        await _writeLock.WaitAsync().ConfigureAwait(false);
        try
        {
            await response.WriteAsync(text, response.HttpContext.RequestAborted).ConfigureAwait(false);
            await response.Body.FlushAsync(response.HttpContext.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client disconnected, which cancels the call.
        }
        finally
        {
            _writeLock.Release();
        }
    }
}
