namespace FleetExporter.Parsing;

/// <summary>Parses responses of SGLang that differ from <see cref="OpenAi"/>.</summary>
internal static class Sglang
{
    /// <summary>
    /// Parses <c>GET /health</c>: 200 without a body, 503 while it starts. <c>/health_generate</c> runs the model and is never requested.
    /// </summary>
    /// <exception cref="TargetFailureException"><c>status</c> for any other status.</exception>
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
