using FleetExporter.Remote;

namespace FleetExporter.Polling.Snapshots;

/// <summary>State of a host's SSH connection.</summary>
/// <param name="Up">True while the vitals stream runs.</param>
/// <param name="Failure">Why it is down; null while up and before the first attempt has ended.</param>
/// <param name="Detail">The failure in one line.</param>
/// <param name="Since">When it last changed between up and down.</param>
/// <param name="ConnectDuration">From the start of the last successful attempt to the sampler's first output.</param>
/// <param name="Connects">Number of connections established.</param>
/// <param name="NextAttempt">Time of the next attempt; null while up.</param>
internal sealed record ConnectionState(
    bool Up, SshFailure? Failure, string? Detail, Instant Since, TimeSpan? ConnectDuration = null, int Connects = 0, Instant? NextAttempt = null);
