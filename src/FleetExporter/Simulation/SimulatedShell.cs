using FleetExporter.Collectors;
using FleetExporter.Remote;

namespace FleetExporter.Simulation;

/// <summary>
/// A simulated host, whose sampler runs in this process and returns changing values. For demonstrations, pictures, tests and benchmarks.
/// </summary>
internal sealed class SimulatedShell(SimulatedHost host, TimeProvider clock) : IShell
{
    public Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation) => host.Reachable
        ? Task.FromResult<IShellProcess>(new SimulatedProcess(host, clock))
        : throw new StreamException(SshFailure.Timeout, "no answer within 10 s (simulated)");

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) =>
        throw new StreamException(SshFailure.Shell, "the host is simulated and runs no commands");

    public bool Connects(StreamKind kind) => false;

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived) =>
        new(SshFailure.Closed, "the simulated host has ended");
}
