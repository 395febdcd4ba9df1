namespace FleetExporter.Config;

/// <summary>Who may do something without a key: <c>anonymous_read</c>, <c>anonymous_control</c>.</summary>
internal enum AnonymousAccess
{
    /// <summary>Whoever reaches a loopback <c>listen</c> directly, without a proxy that says so.</summary>
    Loopback,

    Never,
}

internal static class AnonymousAccesses
{
    /// <summary>As fleet.yml writes it.</summary>
    public static string Word(this AnonymousAccess access) => access == AnonymousAccess.Loopback ? "loopback" : "never";
}
