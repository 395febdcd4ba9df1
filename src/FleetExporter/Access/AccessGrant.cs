using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>The access that a login session or a ticket gives.</summary>
/// <param name="Key">Hash of the key it was created with; null for an anonymous caller.</param>
/// <param name="Address">For a used ticket, the client's address.</param>
/// <param name="Route">For a used ticket, the route it has opened.</param>
internal sealed record AccessGrant(KeyHash? Key, string? Address = null, string? Route = null)
{
    private int _uses;

    /// <summary>Registers another use. The stream of the previous use ends.</summary>
    public StreamUse Use() => new(this, Interlocked.Increment(ref _uses));

    public bool IsLatest(int use) => Volatile.Read(ref _uses) == use;
}

/// <summary>One use of a ticket to open a stream.</summary>
internal sealed record StreamUse(AccessGrant Ticket, int Number)
{
    /// <summary>False once the ticket has opened another stream.</summary>
    public bool IsLatest => Ticket.IsLatest(Number);
}
