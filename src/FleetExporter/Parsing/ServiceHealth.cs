using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>Health reported by an AI service.</summary>
/// <param name="State">Ok or loading; error is a failure.</param>
/// <param name="Model">Served model; null if not reported.</param>
/// <param name="Service">Name of the service; null if not reported.</param>
internal sealed record ServiceHealth(ServingState State, string? Model, string? Service)
{
    /// <summary>Parses <c>{"status":"ok|loading|error","model":…,"service":…}</c>.</summary>
    /// <param name="status">The HTTP status: 200, or 503 with such a body while loading.</param>
    /// <exception cref="TargetFailureException">
    /// Reported error (<c>reported_error</c>, with any HTTP status), unexpected HTTP status (<c>status</c>),
    /// or unexpected body (<c>body</c>).
    /// </exception>
    public static ServiceHealth Parse(int status, string body)
    {
        var health = status == 200 ? JsonAnswer.Read(body, HealthBody.Of) : JsonAnswer.TryRead(body, HealthBody.Of);
        return health?.Status switch
        {
            "ok" when status == 200 => new(ServingState.Ok, health.Model, health.Service),
            "loading" when status is 200 or 503 => new(ServingState.Loading, health.Model, health.Service),
            "error" => throw new TargetFailureException(
                TargetFailure.ReportedError, $"status {status}, reported error{(health.Error is { } why ? ": " + why : "")}"),
            _ when status != 200 => throw new TargetFailureException(TargetFailure.Status, $"status {status}: {SectionText.Quote(body)}"),
            null => throw new TargetFailureException(TargetFailure.Body, $"the body has no status: {SectionText.Quote(body)}"),
            var other => throw new TargetFailureException(TargetFailure.Body, $"the status in the body is '{other}', not ok, loading or error"),
        };
    }

    private sealed record HealthBody(string? Status, string? Model, string? Service, string? Error)
    {
        public static HealthBody Of(JsonElement root) => new(
            JsonAnswer.Text(root, "status"), JsonAnswer.Text(root, "model"), JsonAnswer.Text(root, "service"),
            JsonAnswer.Text(root, "error") ?? JsonAnswer.Text(root, "message") ?? JsonAnswer.Text(root, "detail"));
    }
}
