using FleetExporter.Config;

namespace FleetExporter.Control;

/// <summary>Polls a target once, as its monitor would, and lists what it found.</summary>
internal delegate Task<IReadOnlyList<TryStep>> ProbeTarget(TargetConfig target, CancellationToken stop);

/// <param name="Verdict">ok, off, skipped or failed.</param>
/// <param name="Reason">From a closed set; null unless failed.</param>
internal sealed record TryStep(string Name, string Verdict, string? Reason, string? Detail, string? Fix);

/// <summary>Tries targets before or after they are stored, a few at once.</summary>
internal sealed class TryTarget(ProbeTarget probe) : IDisposable
{
    /// <summary>Maximum number of targets that are tried at once.</summary>
    public const int Max = 4;

    private readonly SemaphoreSlim _slots = new(Max);

    /// <returns>Null if all slots are taken.</returns>
    public async Task<IReadOnlyList<TryStep>?> RunAsync(TargetConfig target, CancellationToken stop)
    {
        if (!await _slots.WaitAsync(0, CancellationToken.None).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            return await probe(target, stop).ConfigureAwait(false);
        }
        finally
        {
            _slots.Release();
        }
    }

    public void Dispose() => _slots.Dispose();
}
