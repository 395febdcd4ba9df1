namespace FleetExporter.Store;

internal enum AccessTokenKind
{
    /// <summary>A login session of a browser.</summary>
    Session,

    /// <summary>A used ticket of a stream.</summary>
    Ticket,
}

/// <summary>A temporary credential for a key.</summary>
/// <param name="Hash">SHA-256 of the secret, 64 hex digits.</param>
/// <param name="KeyHash">SHA-256 of the key, 64 hex digits; null for an anonymous caller.</param>
/// <param name="Address">For tickets: client address.</param>
/// <param name="Route">For tickets: route of the stream.</param>
/// <param name="Left">Remaining lifetime.</param>
internal sealed record AccessToken(string Hash, AccessTokenKind Kind, string? KeyHash, string? Address, string? Route, TimeSpan Left);
