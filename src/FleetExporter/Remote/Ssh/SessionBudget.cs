namespace FleetExporter.Remote.Ssh;

/// <summary>
/// Limits the concurrent sessions of one connection: streams and commands share what sshd allows (<c>MaxSessions</c>, 10 by default).
/// Commands wait for a free session and leave some for the streams.
/// </summary>
#pragma warning disable CA1001 // Disposing a semaphore would leave its waiters waiting; without a wait handle it has nothing to free.
internal sealed class SessionBudget
#pragma warning restore CA1001
{
    public const int MaxSessions = 10;

    public const int ReservedForStreams = 5;

    private readonly SemaphoreSlim _all = new(MaxSessions);
    private readonly SemaphoreSlim _commands = new(MaxSessions - ReservedForStreams);

    /// <summary>Reserves a session, waiting until one is free.</summary>
    /// <returns>The reservation; disposal releases it.</returns>
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

        return new Reservation(this, isCommand);
    }

    private sealed class Reservation(SessionBudget budget, bool isCommand) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 1)
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
