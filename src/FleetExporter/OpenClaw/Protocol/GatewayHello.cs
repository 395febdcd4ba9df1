using System.Text.Json;
using FleetExporter.Parsing;

namespace FleetExporter.OpenClaw.Protocol;

/// <summary>The answer of the gateway to a successful login.</summary>
/// <param name="Protocol">The version of the protocol that it speaks on this connection; null if it does not say.</param>
/// <param name="NewerVersion">The version that it could be updated to; null for none.</param>
/// <param name="MaxMessage">Maximum message size in bytes.</param>
/// <param name="Tick">Interval of its tick events.</param>
internal sealed record GatewayHello(string? Version, int? Protocol, string? NewerVersion, long MaxMessage, TimeSpan Tick)
{
    /// <summary>The oldest and the newest version of the protocol that the exporter offers.</summary>
    public const int MinProtocol = 3;

    /// <inheritdoc cref="MinProtocol"/>
    public const int MaxProtocol = 4;

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

        var protocol = payload.Amount("protocol");
        if (protocol is < MinProtocol or > MaxProtocol)
        {
            throw Unspoken(protocol.Value);
        }

        var policy = payload.Member("policy");
        return new GatewayHello(
            GatewayName.Clean(payload.Member("server")?.Text("version")),
            (int?)protocol,
            NewerVersionOf(payload.Member("snapshot") ?? default),
            (long)Math.Clamp(policy?.Amount("maxPayload") ?? MessageSizeLimit, 64 * 1024, MessageSizeLimit),
            policy?.Milliseconds("tickIntervalMs") is { } tick && tick >= TimeSpan.FromSeconds(1) && tick <= TimeSpan.FromMinutes(10)
                ? tick
                : TimeSpan.FromSeconds(30));
    }

    /// <summary>Reads <c>updateAvailable</c> of the snapshot, or of the event <c>update.available</c>.</summary>
    internal static string? NewerVersionOf(JsonElement payload) => GatewayName.Clean(payload.Member("updateAvailable")?.Text("latestVersion"));

    /// <summary>The gateway speaks a version of the protocol that the exporter does not.</summary>
    internal static TargetFailureException Unspoken(double protocol) => new(
        TargetFailure.Protocol,
        FormattableString.Invariant($"the gateway speaks protocol {protocol:0}; this exporter speaks {MinProtocol} to {MaxProtocol}"));
}

/// <summary>The gateway's error answer to one request.</summary>
/// <param name="Detail"><c>details.code</c>, or <c>details.reason</c>.</param>
/// <param name="MissingScope">The scope that the login lacks.</param>
/// <param name="ExpectedProtocol">The version of the protocol that the gateway speaks, if the one that was offered is the reason.</param>
internal sealed partial record GatewayError(string Code, string? Detail, string Message, string? MissingScope = null, double? ExpectedProtocol = null)
{
    /// <summary>Id of the request for approval that the gateway made, or <c>--latest</c> where it does not say.</summary>
    public string PairingRequest { get; init; } = "--latest";

    /// <summary>The gateway knows the device of the login, or has heard of it now, and waits until somebody approves it.</summary>
    public bool IsWaitingForApproval => Code == "PAIRING_REQUIRED" || Detail == "PAIRING_REQUIRED";

    /// <summary>The gateway wants a login with a device.</summary>
    public bool NeedsDevice => Detail is "DEVICE_IDENTITY_REQUIRED";

    public static GatewayError Parse(JsonElement error) => new(
        error.Text("code") ?? "",
        error.Member("details")?.Text("code") ?? error.Member("details")?.Text("reason"),
        error.Text("message") ?? "",
        error.Member("details")?.Text("missingScope"),
        error.Member("details")?.Amount("expectedProtocol"))
    {
        PairingRequest = error.Member("details")?.Text("requestId") is { } request && RequestId().IsMatch(request) ? request : "--latest",
    };

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

    /// <summary>As the gateway itself restricts it, so that it can stand in a command.</summary>
    [System.Text.RegularExpressions.GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}\z")]
    private static partial System.Text.RegularExpressions.Regex RequestId();
}
