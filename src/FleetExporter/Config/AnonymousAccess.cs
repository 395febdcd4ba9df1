namespace FleetExporter.Config;

/// <summary>Which callers need no key: the values of <c>anonymous_read</c> and <c>anonymous_control</c>.</summary>
internal enum AnonymousAccess
{
    /// <summary>Direct connections to a loopback <c>listen</c> address; requests with forwarding headers of a proxy are excluded.</summary>
    Loopback,

    Never,
}

internal static class AnonymousAccesses
{
    /// <summary>The value in fleet.yml.</summary>
    public static string Word(this AnonymousAccess access) => access == AnonymousAccess.Loopback ? "loopback" : "never";
}
