using FleetExporter.Config;
using FleetExporter.Polling;
using FleetExporter.Polling.Snapshots;
using FleetExporter.Store;

namespace FleetExporter.Control;

/// <summary>Outcome of releasing the GPUs of a host, or of watching them again.</summary>
internal abstract record ReleaseOutcome : ActionOutcome
{
    private ReleaseOutcome(AuditOutcome audit)
        : base(audit)
    {
    }

    /// <summary>Released.</summary>
    /// <param name="IsFree">
    /// Whether the exporter has no process on the host that uses the driver; false while it is still ending them, and without a connection.
    /// </param>
    public sealed record Released(string Host, DateTimeOffset Until, bool IsFree) : ReleaseOutcome(AuditOutcome.Ok);

    /// <summary>Watched again.</summary>
    public sealed record Ended() : ReleaseOutcome(AuditOutcome.Ok);

    public sealed record NotReleased() : ReleaseOutcome(AuditOutcome.Failed);

    public sealed record UnknownHost() : ReleaseOutcome(AuditOutcome.Failed);

    /// <summary>The exporter does not run nvidia-smi there.</summary>
    /// <param name="Reason">One line.</param>
    public sealed record NotPolled(string Reason) : ReleaseOutcome(AuditOutcome.Failed);

    public sealed record Invalid(string Field, string Message) : ReleaseOutcome(AuditOutcome.Failed);
}

/// <summary>Leaves the GPUs of a host alone for a while, so that an operator can update the driver or reset a GPU.</summary>
internal sealed class ReleaseGpus(Fleet fleet, FleetState state, TimeProvider clock)
{
    private const int MaxMinutes = 24 * 60;

    private static readonly TimeSpan FreeTimeout = TimeSpan.FromSeconds(5);

    /// <param name="minutes">1 to 1,440.</param>
    /// <returns>After the loops on the host have ended, or 5 s.</returns>
    public Task<ReleaseOutcome> ReleaseAsync(AuditedCall call, string host, int? minutes, CancellationToken stop) =>
        RunAsync(call, host, async snapshot =>
        {
            if (minutes is not (>= 1 and <= MaxMinutes))
            {
                return new ReleaseOutcome.Invalid("minutes", $"Must be a whole number from 1 to {MaxMinutes}.");
            }

            if (snapshot.Host.Device is not null || snapshot.Host.Gpu == Toggle.False)
            {
                return new ReleaseOutcome.NotPolled(
                    snapshot.Host.Device is not null ? "it is a device, which pushes its GPUs" : "its gpu is false in the configuration");
            }

            var until = clock.Now() + TimeSpan.FromMinutes(minutes.Value);
            var free = fleet.ReleaseGpus(host, until);
            if (snapshot.Connection.Up)
            {
                await free.WaitAsync(FreeTimeout, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return new ReleaseOutcome.Released(host, until.Time, free.IsCompleted);
        });

    /// <summary>Watches the GPUs again.</summary>
    public Task<ReleaseOutcome> EndAsync(AuditedCall call, string host) => RunAsync(call, host, snapshot =>
    {
        if (!fleet.AreGpusReleased(snapshot.Host.Name))
        {
            return Task.FromResult<ReleaseOutcome>(new ReleaseOutcome.NotReleased());
        }

        _ = fleet.ReleaseGpus(host, null);
        return Task.FromResult<ReleaseOutcome>(new ReleaseOutcome.Ended());
    });

    private Task<ReleaseOutcome> RunAsync(AuditedCall call, string host, Func<HostSnapshot, Task<ReleaseOutcome>> act) =>
        call.RunAsync(
            new AuditDetails(Printable.Line(host, 80)),
            async () => state.Find(host) is { } snapshot ? await act(snapshot).ConfigureAwait(false) : new ReleaseOutcome.UnknownHost());
}
