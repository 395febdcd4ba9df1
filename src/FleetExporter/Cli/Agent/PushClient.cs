using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Streaming;

namespace FleetExporter.Cli.Agent;

/// <summary>
/// Pushes GPU readings to the exporter. Reads the key file for each push, so that a new key is used at once, and follows no redirects.
/// </summary>
internal sealed class PushClient(Uri service, string keyFile) : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = RequestTimeout
    };

    private readonly Uri _url = service.AbsolutePath.EndsWith("/push-sse", StringComparison.Ordinal)
        ? service
        : new Uri(service.AbsoluteUri.TrimEnd('/') + "/push-sse");

    /// <exception cref="AgentException">The push failed.</exception>
    public async Task PushAsync(IReadOnlyList<Gpu?> gpus, CancellationToken stop)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _url);
            request.Headers.Add("X-API-Key", await SecretFile.ReadAsync(keyFile, stop).ConfigureAwait(false));
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                gpus.Select(g => LiveGpu.Of(g ?? new Gpu()) with { Vendor = g is null ? null : "nvidia" }), LiveGpu.Json));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await _http.SendAsync(request, stop).ConfigureAwait(false);
            if (!answer.IsSuccessStatusCode)
            {
                throw await ErrorOfAsync(answer, stop).ConfigureAwait(false);
            }
        }
        catch (TargetFailureException e)
        {
            throw new AgentException(e.Message, permanent: true, e);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new AgentException($"{_url.Authority} did not answer within {RequestTimeout.TotalSeconds:0} s", permanent: false, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            var failure = HttpErrors.Of(e, _url);
            var hint = failure.Reason == TargetFailure.Tls ? "; the certificate must be trusted by this machine and issued for this name" : "";
            throw new AgentException($"{Words.Of(failure.Reason)}: {failure.Message}{hint}", permanent: failure.Reason == TargetFailure.Tls, e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<AgentException> ErrorOfAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        var status = (int)answer.StatusCode;
        var detail = await DetailAsync(answer, stop).ConfigureAwait(false);
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized =>
                new($"the service does not accept the key in {keyFile} (401); add its hash under devices in fleet.yml", permanent: true),
            >= (HttpStatusCode)300 and < (HttpStatusCode)400 => new(
                $"the service redirects ({status}); use --push {Printable.Line(answer.Headers.Location?.ToString() ?? "that address", 200)}",
                permanent: true),
            HttpStatusCode.NotFound => new($"{_url} does not accept pushes (404); is it a FleetExporter?", permanent: true),
            >= (HttpStatusCode)500 => new($"the service failed ({status}){detail}", permanent: false),
            _ => new($"the service rejected the push ({status}){detail}", permanent: true),
        };
    }

    /// <summary>The detail of a problem response (RFC 9457); empty for other responses.</summary>
    private static async Task<string> DetailAsync(HttpResponseMessage answer, CancellationToken stop)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json" || answer.Content.Headers.ContentLength > 16 * 1024)
        {
            return "";
        }

        try
        {
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(stop).ConfigureAwait(false));
            return problem.RootElement.TryGetProperty("detail", out var detail) ? ": " + Printable.Line(detail.ToString(), 300) : "";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return "";
        }
    }
}
