using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>What a login session or a ticket stands for.</summary>
/// <param name="Key">Hash of the key it was made with; null for who gave none.</param>
/// <param name="Address">Of a ticket that was used: where from.</param>
/// <param name="Route">Of a ticket that was used: what it has opened.</param>
internal sealed record AccessGrant(KeyHash? Key, string? Address = null, string? Route = null)
{
    private int _uses;

    /// <summary>Another use. What was opened by the one before ends.</summary>
    public StreamUse Use() => new(this, Interlocked.Increment(ref _uses));

    public bool IsLatest(int use) => Volatile.Read(ref _uses) == use;
}

/// <summary>One of the times that a ticket opened a stream.</summary>
internal sealed record StreamUse(AccessGrant Ticket, int Number)
{
    /// <summary>False once the ticket has opened a stream again.</summary>
    public bool IsLatest => Ticket.IsLatest(Number);
}
