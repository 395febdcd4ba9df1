using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>The answer of the gateway to a successful login.</summary>
/// <param name="MaxMessage">Maximum message size in bytes.</param>
/// <param name="Tick">Interval of its tick events.</param>
internal sealed record GatewayHello(string? Version, long MaxMessage, TimeSpan Tick)
{
    /// <summary>The supported protocol version.</summary>
    public const int Protocol = 4;

    /// <summary>Upper bound of <see cref="MaxMessage"/>, whatever the gateway announces.</summary>
    public const long MessageSizeLimit = 4 * 1024 * 1024;

    /// <summary>Parses the payload <c>hello-ok</c>.</summary>
    /// <exception cref="TargetFailureException">Another protocol, or no <c>hello-ok</c>.</exception>
    /// <remarks>Tested with 2026.9.6 and, by its answers, 2026.5.28.</remarks>
    public static GatewayHello Parse(JsonElement payload)
    {
        if (payload.Text("type") != "hello-ok")
        {
            throw new TargetFailureException(TargetFailure.Protocol, "the gateway did not answer connect with hello-ok");
        }

        if (payload.Amount("protocol") is { } protocol && protocol != Protocol)
        {
            throw new TargetFailureException(TargetFailure.Protocol, $"the gateway speaks protocol {protocol}, not {Protocol}");
        }

        var policy = payload.Member("policy");
        return new GatewayHello(
            GatewayName.Clean(payload.Member("server")?.Text("version")),
            (long)Math.Clamp(policy?.Amount("maxPayload") ?? MessageSizeLimit, 64 * 1024, MessageSizeLimit),
            policy?.Milliseconds("tickIntervalMs") is { } tick && tick >= TimeSpan.FromSeconds(1) && tick <= TimeSpan.FromMinutes(10)
                ? tick
                : TimeSpan.FromSeconds(30));
    }
}

/// <summary>The gateway's error answer to one request.</summary>
/// <param name="Detail"><c>details.code</c>, or <c>details.reason</c>.</param>
/// <param name="MissingScope">The scope that the login lacks.</param>
internal sealed record GatewayError(string Code, string? Detail, string Message, string? MissingScope = null)
{
    public static GatewayError Parse(JsonElement error) => new(
        error.Text("code") ?? "",
        error.Member("details")?.Text("code") ?? error.Member("details")?.Text("reason"),
        error.Text("message") ?? "",
        error.Member("details")?.Text("missingScope"));

    /// <summary>
    /// The gateway does not have the method.
    /// To a login with <c>operator.read</c> it reports that an unknown method needs <c>operator.admin</c>, which no call here needs.
    /// </summary>
    public bool IsUnknownMethod =>
        (Code == "INVALID_REQUEST" && Message.StartsWith("unknown method", StringComparison.OrdinalIgnoreCase))
            || (Code == "FORBIDDEN" && MissingScope == "operator.admin");

    /// <summary>A transient error: the gateway is starting or busy.</summary>
    public bool IsTransient => Code is "UNAVAILABLE" or "RATE_LIMITED" or "TIMEOUT" or "AGENT_TIMEOUT" or "INTERNAL_ERROR" or "INTERNAL";

    /// <summary>The reason if this error rejects a login.</summary>
    public TargetFailure Reason => this switch
    {
        { Detail: "PROTOCOL_MISMATCH" } or { Code: "PROTOCOL_MISMATCH" } => TargetFailure.Protocol,
        { Detail: "AUTH_RATE_LIMITED" } => TargetFailure.Auth,
        { Code: "UNAVAILABLE" } => TargetFailure.ReportedError,
        { Code: "NOT_PAIRED" or "FORBIDDEN" or "UNAUTHORIZED" or "PAIRING_REQUIRED" } => TargetFailure.Auth,
        { Detail: { } detail } when detail.StartsWith("AUTH_", StringComparison.Ordinal) || detail.StartsWith("DEVICE_", StringComparison.Ordinal)
            || detail.StartsWith("PAIRING_", StringComparison.Ordinal) || detail == "CONTROL_UI_ORIGIN_NOT_ALLOWED" => TargetFailure.Auth,
        _ when Message.Contains("unauthorized", StringComparison.OrdinalIgnoreCase) => TargetFailure.Auth,
        { Code: "INVALID_REQUEST" } => TargetFailure.Protocol,
        _ => TargetFailure.ReportedError,
    };

    public override string ToString() => string.Join(' ', new[] { Code, Detail, Message }.Where(p => !string.IsNullOrEmpty(p)));
}
