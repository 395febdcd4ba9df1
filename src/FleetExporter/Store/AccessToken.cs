namespace FleetExporter.Store;

internal enum AccessTokenKind
{
    /// <summary>A login session of a browser.</summary>
    Session,

    /// <summary>A ticket that has opened a stream.</summary>
    Ticket,
}

/// <summary>A secret that stands for a key for a while.</summary>
/// <param name="Hash">SHA-256 of the secret, 64 hex digits.</param>
/// <param name="KeyHash">SHA-256 of the key, 64 hex digits; null for who needs none.</param>
/// <param name="Address">Of a ticket: where it was used from.</param>
/// <param name="Route">Of a ticket: what it has opened.</param>
/// <param name="Left">What is left of its life.</param>
internal sealed record AccessToken(string Hash, AccessTokenKind Kind, string? KeyHash, string? Address, string? Route, TimeSpan Left);
