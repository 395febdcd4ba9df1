namespace FleetExporter.Config;

/// <summary>Permission of a key. <see cref="Control"/> includes read, <see cref="Admin"/> includes all.</summary>
public enum Scope
{
    /// <summary>Read hosts, tmux sessions and metrics.</summary>
    Read,

    /// <summary>Act on hosts and read their raw output.</summary>
    Control,

    /// <summary>Push a device's readings, or alerts as Alertmanager's webhook.</summary>
    Push,

    /// <summary>Everything, including connections, the audit and reload.</summary>
    Admin,
}

internal static class Scopes
{
    /// <summary>In the order of the enum.</summary>
    public static readonly IReadOnlyList<string> Words = ["read", "control", "push", "admin"];

    public static string Word(this Scope scope) => Words[(int)scope];

    /// <summary>Whether the scopes <paramref name="held"/> include <paramref name="needed"/>.</summary>
    public static bool Allow(this IEnumerable<Scope> held, Scope needed) =>
        held.Any(scope => scope == needed || scope == Scope.Admin || (scope == Scope.Control && needed == Scope.Read));
}
