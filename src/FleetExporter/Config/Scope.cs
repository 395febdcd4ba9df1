namespace FleetExporter.Config;

/// <summary>What a key may do. <see cref="Control"/> may also read, <see cref="Admin"/> may do all.</summary>
public enum Scope
{
    /// <summary>See hosts, sessions, metrics.</summary>
    Read,

    /// <summary>Act on hosts, and see what is received from them as it is.</summary>
    Control,

    /// <summary>Report a device's own readings, or tell of alerts as Alertmanager does, and nothing else.</summary>
    Push,

    /// <summary>Everything: connections, the audit, reload.</summary>
    Admin,
}

internal static class Scopes
{
    /// <summary>In the order of the enum.</summary>
    public static readonly IReadOnlyList<string> Words = ["read", "control", "push", "admin"];

    public static string Word(this Scope scope) => Words[(int)scope];

    /// <summary>Whether who holds <paramref name="held"/> may do what needs <paramref name="needed"/>.</summary>
    public static bool Allow(this IEnumerable<Scope> held, Scope needed) =>
        held.Any(scope => scope == needed || scope == Scope.Admin || (scope == Scope.Control && needed == Scope.Read));
}
