using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A webhook on a loopback port that records every POST and answers 200, for notifications of Alertmanager.</summary>
internal sealed class WebhookReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentQueue<(string Path, JsonNode Body)> _posts = [];

    public WebhookReceiver()
    {
        Port = Ports.Free();
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    public IReadOnlyList<(string Path, JsonNode Body)> Posts => [.. _posts];

    /// <summary>Status, name and host of every alert of every notification, in order.</summary>
    public IReadOnlyList<string> Alerts =>
        [.. Posts.Where(p => p.Body["alerts"] is not null).SelectMany(p => p.Body.List("alerts")).Select(a =>
            $"{a.Text("status")} {a["labels"]!.Text("alertname")} {a["labels"]!.Text("host")}")];

    public string Output => string.Join('\n', Posts.Select(p => $"{p.Path} {p.Body.ToJsonString()}"));

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                _posts.Enqueue((context.Request.Url!.AbsolutePath, (await JsonNode.ParseAsync(context.Request.InputStream))!));
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // Disposed.
        }
    }
}
