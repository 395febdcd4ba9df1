namespace FleetExporter.Parsing;

/// <summary>Parses responses of vLLM that differ from <see cref="OpenAi"/>.</summary>
internal static class Vllm
{
    /// <summary>Parses <c>GET /health</c>: 200 without a body. 503 means that the engine is dead; vLLM does not listen while it loads.</summary>
    /// <exception cref="TargetFailureException"><c>reported_error</c> for a dead engine, <c>status</c> for any other status.</exception>
    public static ServingState ParseHealth(int status, string body)
    {
        if (OpenAi.IsLoading(status, body))
        {
            return ServingState.Loading;
        }

        if (status is 500 or 503)
        {
            throw new TargetFailureException(
                TargetFailure.ReportedError, $"/health responded with status {status}: the engine is dead or does not respond");
        }

        OpenAi.Expect200(status, body);
        return ServingState.Ok;
    }
}
