namespace FleetExporter.Onboarding.Probing;

internal enum Verdict
{
    /// <summary>It has begun; a check with another verdict and the same name follows.</summary>
    Running,

    Ok,

    /// <summary>Disabled, or not present and not required.</summary>
    Off,

    /// <summary>Not tested, because an earlier check failed.</summary>
    Skipped,

    Failed,
}

/// <summary>One line of the output of a probe.</summary>
/// <param name="Reason">The failure's reason, from its closed set.</param>
/// <param name="Detail">What the check found.</param>
/// <param name="Fix">How to fix the failure.</param>
internal sealed record Check(string Name, Verdict Verdict, string? Reason = null, string? Detail = null, string? Fix = null);
