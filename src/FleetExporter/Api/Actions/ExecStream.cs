using System.Text.Json;
using FleetExporter.Api.Http;
using FleetExporter.Remote;

namespace FleetExporter.Api.Actions;

/// <summary>
/// Streams a command's events: <c>started</c>, <c>stdout</c>, <c>stderr</c>, then <c>audit</c> if writing the last audit row failed,
/// and last <c>exit</c> or <c>error</c>. A slow reader slows the command; output for a client that has disconnected is discarded.
/// </summary>
internal sealed class ExecStream(HttpResponse response, JsonSerializerOptions json, TimeProvider clock) : IAsyncDisposable
{
    private readonly EventStream _events = new(response, json, clock);
    private byte[] _stdout = [];
    private byte[] _stderr = [];

    /// <inheritdoc cref="EventStream.HasStarted"/>
    public bool HasStarted => _events.HasStarted;

    public ValueTask StartAsync(string id) => _events.SendAsync("started", new { ExecId = id });

    public async ValueTask TakeAsync(CommandOutput from, ReadOnlyMemory<byte> piece)
    {
        // A chunk may end inside a UTF-8 character: buffer its first bytes.
        byte[] all = [.. from == CommandOutput.Stdout ? _stdout : _stderr, .. piece.Span];
        var complete = all.Length - OutputText.Unfinished(all);
        Hold(from, all[complete..]);
        foreach (var text in OutputText.Pieces(all.AsSpan(0, complete)))
        {
            await _events.SendAsync(from == CommandOutput.Stdout ? "stdout" : "stderr", text).ConfigureAwait(false);
        }
    }

    public async Task EndAsync(ExecEnd end)
    {
        foreach (var (name, rest) in new[] { ("stdout", _stdout), ("stderr", _stderr) })
        {
            if (rest.Length > 0)
            {
                await _events.SendAsync(name, OutputText.Of(rest)).ConfigureAwait(false);
            }
        }

        await _events.SendAsync("exit", end).ConfigureAwait(false);
    }

    /// <summary>Reports that writing the last audit row failed.</summary>
    public Task NotAuditedAsync() =>
        _events.SendAsync("audit", new { Message = "The final audit row of this command was not stored; see the service's log." }).AsTask();

    public Task FailAsync(string message) => _events.SendAsync("error", new { Message = message }).AsTask();

    public ValueTask DisposeAsync() => _events.DisposeAsync();

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
}
