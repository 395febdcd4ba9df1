namespace FleetExporter.Parsing;

/// <summary>What SGLang answers beside <see cref="OpenAi"/>.</summary>
internal static class Sglang
{
    /// <summary>
    /// Parses <c>GET /health</c>: 200 without a body, 503 while it starts. <c>/health_generate</c> makes the model work and is never asked.
    /// </summary>
    /// <exception cref="TargetFailureException"><c>status</c> for what is neither.</exception>
    public static ServingState ParseHealth(int status, string body)
    {
        if (status == 503)
        {
            return ServingState.Loading;
        }

        OpenAi.Expect200(status, body);
        return ServingState.Ok;
    }
}
