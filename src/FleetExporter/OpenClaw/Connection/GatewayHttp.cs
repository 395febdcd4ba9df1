using System.Net.Http.Headers;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Remote;

namespace FleetExporter.OpenClaw.Connection;

/// <summary>A gateway's three health endpoints, on the port of its WebSocket. They need no token, and none is sent.</summary>
internal sealed class GatewayHttp : IDisposable
{
    private const int MaxBody = 256 * 1024;

    private readonly HttpClient _client;

    /// <param name="gateway">ws or wss.</param>
    /// <param name="refusesLinkLocal"><see cref="Config.TargetConfig.RefusesLinkLocal"/>.</param>
    public GatewayHttp(Uri gateway, bool refusesLinkLocal)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = 3,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = refusesLinkLocal ? TargetConnect.ConnectAsync : null,
        };
        _client =
            new HttpClient(handler) { BaseAddress = BaseOf(gateway), MaxResponseContentBufferSize = MaxBody, Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", HttpPoll.UserAgent);
        _client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>Requests all three in parallel. A timeout counts as no answer.</summary>
    public async Task<GatewayProbes> ProbesAsync(CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(
            GetAsync("healthz", cancellationToken), GetAsync("readyz", cancellationToken),
            GetAsync("startupz", cancellationToken)).ConfigureAwait(false);
        return GatewayProbes.Parse(answers[0], answers[1], answers[2]);
    }

    public void Dispose() => _client.Dispose();

    internal static Uri BaseOf(Uri gateway) =>
        new UriBuilder(gateway) { Scheme = gateway.Scheme == "wss" ? "https" : "http", Path = "/", Query = "" }.Uri;

    private async Task<GatewayHttpAnswer?> GetAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(path, HttpCompletionOption.ResponseContentRead, cancellationToken).ConfigureAwait(false);
            return new GatewayHttpAnswer(
                (int)answer.StatusCode, Body(await answer.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false)));
        }
        catch (Exception e) when (e is OperationCanceledException || NetworkFailure.IsNetwork(e))
        {
            return null;
        }
    }

    private static JsonElement? Body(byte[] body)
    {
        try
        {
            return JsonElement.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
