namespace FleetExporter.Cli.Doctor;

/// <summary>Status of a finding.</summary>
public enum FindingStatus
{
    Ok,

    /// <summary>It works, and something should be changed.</summary>
    Warning,

    Failed,

    /// <summary>Not checked: not configured, or something that it needs failed.</summary>
    Skipped,
}

/// <summary>What a check found.</summary>
/// <param name="Subject">What was checked.</param>
/// <param name="Detail">Printable, one line.</param>
/// <param name="Fix">What to do; null if nothing.</param>
internal sealed record Finding(FindingStatus Status, string Subject, string Detail, string? Fix = null)
{
    private const int MaxDetail = 300;

    public static Finding Ok(string subject, string detail) => new(FindingStatus.Ok, subject, Printable.Line(detail, MaxDetail));

    public static Finding Skipped(string subject, string detail) => new(FindingStatus.Skipped, subject, Printable.Line(detail, MaxDetail));

    public static Finding Warning(string subject, string detail, string fix) =>
        new(FindingStatus.Warning, subject, Printable.Line(detail, MaxDetail), fix);

    public static Finding Failed(string subject, string detail, string fix) =>
        new(FindingStatus.Failed, subject, Printable.Line(detail, MaxDetail), fix);
}
