namespace FleetExporter.Parsing;

/// <summary>What vLLM answers beside <see cref="OpenAi"/>.</summary>
internal static class Vllm
{
    /// <summary>Parses <c>GET /health</c>: 200 without a body. 503 means that the engine is dead; while it loads, vLLM does not listen yet.</summary>
    /// <exception cref="TargetFailureException"><c>reported_error</c> for a dead engine, <c>status</c> for what is neither.</exception>
    public static ServingState ParseHealth(int status, string body)
    {
        if (OpenAi.IsLoading(status, body))
        {
            return ServingState.Loading;
        }

        if (status is 500 or 503)
        {
            throw new TargetFailureException(TargetFailure.ReportedError, $"its /health answers {status}: the engine is dead or does not answer");
        }

        OpenAi.Expect200(status, body);
        return ServingState.Ok;
    }
}
