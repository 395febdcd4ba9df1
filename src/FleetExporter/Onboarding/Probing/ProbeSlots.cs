namespace FleetExporter.Onboarding.Probing;

/// <summary>Limits the probes that run at once in the service.</summary>
internal sealed class ProbeSlots : IDisposable
{
    public const int Max = 4;

    private readonly SemaphoreSlim _free = new(Max, Max);

    /// <returns>The slot, freed by disposal; null if none is free.</returns>
    public IDisposable? TryTake() => _free.Wait(0) ? new Slot(_free) : null;

    public void Dispose() => _free.Dispose();

    private sealed class Slot(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
