using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Cli.Doctor;

/// <summary>Reads from the HTTP API of Prometheus, Alertmanager or the exporter. Answers are limited in size and time.</summary>
internal sealed class JsonClient(Uri server, string? token) : IDisposable
{
    private const int MaxLength = 8 << 20;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly HttpPoll _http = new(token);

    /// <param name="path">With its query.</param>
    /// <exception cref="TargetFailureException">No answer, or a status other than 200.</exception>
    public async Task<string> TextAsync(string path, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Timeout);
        try
        {
            var url = new Uri($"{server.GetLeftPart(UriPartial.Path).TrimEnd('/')}{path}");
            var answer = await _http.GetAsync(url, MaxLength, limit.Token).ConfigureAwait(false);
            return answer.Status == 200
                ? answer.Body
                : throw new TargetFailureException(TargetFailure.Status, $"{answer.Status} from {url.AbsolutePath}");
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TargetFailureException(TargetFailure.Timeout, $"no answer within {Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _http.Dispose();
}
