using System.Text.Json;

namespace FleetExporter.Parsing;

/// <summary>What an AI service says of itself.</summary>
/// <param name="State">Ok or loading: a service that says error is a failure.</param>
/// <param name="Model">The model it serves; null when it names none.</param>
/// <param name="Service">What it calls itself; null when it does not say.</param>
internal sealed record ServiceHealth(ServingState State, string? Model, string? Service)
{
    /// <summary>Parses <c>{"status":"ok|loading|error","model":…,"service":…}</c>.</summary>
    /// <param name="status">The HTTP status: 200, or 503 with such a body while loading.</param>
    /// <exception cref="TargetFailureException">
    /// It says error (<c>reported_error</c>, whatever the HTTP status), the HTTP status is no answer (<c>status</c>),
    /// or it is not such JSON (<c>body</c>).
    /// </exception>
    public static ServiceHealth Parse(int status, string body)
    {
        var said = status == 200 ? JsonAnswer.Read(body, Said.Of) : JsonAnswer.TryRead(body, Said.Of);
        return said?.Status switch
        {
            "ok" when status == 200 => new(ServingState.Ok, said.Model, said.Service),
            "loading" when status is 200 or 503 => new(ServingState.Loading, said.Model, said.Service),
            "error" => throw new TargetFailureException(
                TargetFailure.ReportedError, $"it answers {status} and says that it fails{(said.Error is { } why ? ": " + why : "")}"),
            _ when status != 200 => throw new TargetFailureException(TargetFailure.Status, $"status {status}: {SectionText.Quote(body)}"),
            null => throw new TargetFailureException(TargetFailure.Body, $"the body has no status: {SectionText.Quote(body)}"),
            var other => throw new TargetFailureException(TargetFailure.Body, $"the status in the body is '{other}', not ok, loading or error"),
        };
    }

    private sealed record Said(string? Status, string? Model, string? Service, string? Error)
    {
        public static Said Of(JsonElement root) => new(
            JsonAnswer.Text(root, "status"), JsonAnswer.Text(root, "model"), JsonAnswer.Text(root, "service"),
            JsonAnswer.Text(root, "error") ?? JsonAnswer.Text(root, "message") ?? JsonAnswer.Text(root, "detail"));
    }
}
