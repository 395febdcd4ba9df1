namespace FleetExporter.Remote.Ssh;

/// <summary>
/// The sessions that one connection may have open at once: streams and commands share what sshd allows (<c>MaxSessions</c>, 10 by default).
/// Commands wait for a place and leave some to the streams.
/// </summary>
#pragma warning disable CA1001 // Disposing a semaphore leaves its waiters waiting; without a wait handle it holds nothing to free.
internal sealed class SessionBudget
#pragma warning restore CA1001
{
    public const int MaxSessions = 10;

    public const int ReservedForStreams = 4;

    private readonly SemaphoreSlim _all = new(MaxSessions);
    private readonly SemaphoreSlim _commands = new(MaxSessions - ReservedForStreams);

    /// <summary>Takes a place, waiting for one where none is free.</summary>
    /// <returns>Gives the place back when disposed.</returns>
    public async Task<IDisposable> EnterAsync(bool isCommand, CancellationToken stop)
    {
        if (isCommand)
        {
            await _commands.WaitAsync(stop).ConfigureAwait(false);
        }

        try
        {
            await _all.WaitAsync(stop).ConfigureAwait(false);
        }
        catch when (isCommand)
        {
            _commands.Release();
            throw;
        }

        return new Place(this, isCommand);
    }

    private sealed class Place(SessionBudget budget, bool isCommand) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 1)
            {
                return;
            }

            budget._all.Release();
            if (isCommand)
            {
                budget._commands.Release();
            }
        }
    }
}
