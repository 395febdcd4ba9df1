using FleetExporter.Remote;

namespace FleetExporter.Polling.Snapshots;

/// <summary>A host's connection.</summary>
/// <param name="Up">True while the vitals stream runs.</param>
/// <param name="Failure">Why it is not up; null while up and before the first attempt has ended.</param>
/// <param name="Detail">One line for a person.</param>
/// <param name="Since">When it last changed between up and down.</param>
/// <param name="ConnectDuration">From start to the sampler's first word, of the last attempt that succeeded.</param>
/// <param name="Connects">How often it was made.</param>
/// <param name="NextAttempt">When it is tried again; null while up.</param>
internal sealed record ConnectionState(
    bool Up, SshFailure? Failure, string? Detail, Instant Since, TimeSpan? ConnectDuration = null, int Connects = 0, Instant? NextAttempt = null);
