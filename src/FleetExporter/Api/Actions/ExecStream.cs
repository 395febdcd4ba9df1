using System.Text.Json;
using FleetExporter.Remote;

namespace FleetExporter.Api.Actions;

/// <summary>
/// Streams a command's events: <c>started</c>, <c>stdout</c>, <c>stderr</c>, then <c>audit</c> if writing the last audit row failed,
/// and last <c>exit</c> or <c>error</c>. SSE comments keep the connection of a silent command open. A slow reader slows the
/// command, not the service.
/// </summary>
internal sealed class ExecStream(HttpResponse response, JsonSerializerOptions json, TimeProvider clock) : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _writeLock = new(1, 1);
    private readonly CancellationTokenSource _ended = new();
    private Task _heartbeat = Task.CompletedTask;
    private byte[] _stdout = [];
    private byte[] _stderr = [];

    /// <summary>Whether the stream has started, so that no other response is possible.</summary>
    public bool HasStarted { get; private set; }

    public async ValueTask StartAsync(string id)
    {
        HasStarted = true;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        _heartbeat = BeatAsync();
        await SendAsync("started", new { ExecId = id }).ConfigureAwait(false);
    }

    public async ValueTask TakeAsync(CommandOutput from, ReadOnlyMemory<byte> piece)
    {
        // A chunk may end inside a UTF-8 character: buffer its first bytes.
        byte[] all = [.. from == CommandOutput.Stdout ? _stdout : _stderr, .. piece.Span];
        var complete = all.Length - OutputText.Unfinished(all);
        Hold(from, all[complete..]);
        foreach (var text in OutputText.Pieces(all.AsSpan(0, complete)))
        {
            await SendAsync(from == CommandOutput.Stdout ? "stdout" : "stderr", text).ConfigureAwait(false);
        }
    }

    public async Task EndAsync(ExecEnd end)
    {
        foreach (var (name, rest) in new[] { ("stdout", _stdout), ("stderr", _stderr) })
        {
            if (rest.Length > 0)
            {
                await SendAsync(name, OutputText.Of(rest)).ConfigureAwait(false);
            }
        }

        await SendAsync("exit", end).ConfigureAwait(false);
    }

    /// <summary>Reports that writing the last audit row failed.</summary>
    public Task NotAuditedAsync() =>
        SendAsync("audit", new { Message = "The final audit row of this command was not stored; see the service's log." }).AsTask();

    public Task FailAsync(string message) => SendAsync("error", new { Message = message }).AsTask();

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
            // The command has ended.
        }
    }

    private void Hold(CommandOutput from, byte[] rest)
    {
        if (from == CommandOutput.Stdout)
        {
            _stdout = rest;
        }
        else
        {
            _stderr = rest;
        }
    }

    private ValueTask SendAsync<T>(string name, T data) => WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, json)}\n\n");

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
            // The client disconnected, which cancels the command; discard its output until it ends.
        }
        finally
        {
            _writeLock.Release();
        }
    }
}
