namespace FleetExporter.Cli.Onboarding;

internal enum Verdict
{
    Ok,

    /// <summary>Not there, and not needed.</summary>
    Off,

    /// <summary>Could not be tried, because something before it failed.</summary>
    Skipped,

    Failed,
}

/// <summary>One line of an onboarding test.</summary>
/// <param name="Reason">From the closed sets, after a failure.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Fix">What to do about it.</param>
internal sealed record Check(string Name, Verdict Verdict, string? Reason = null, string? Detail = null, string? Fix = null);
