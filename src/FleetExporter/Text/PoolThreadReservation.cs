namespace FleetExporter.Text;

/// <summary>
/// Raises the thread pool's minimum by one while code that may block a pool thread runs, such as an SSH handshake or a SQLite call. Above its
/// minimum the pool adds only one or two threads per second, which would delay all other work.
/// </summary>
internal sealed class PoolThreadReservation : IDisposable
{
    private static readonly Lock CountLock = new();
    private static int _blocked;
    private static int _reserved;

    private bool _isActive;

    public void Begin()
    {
        lock (CountLock)
        {
            _isActive = true;
            if (++_blocked <= _reserved)
            {
                return;
            }

            _reserved = _blocked;
            ThreadPool.GetMinThreads(out _, out var completionPortThreads);
            ThreadPool.SetMinThreads(Environment.ProcessorCount + _reserved, completionPortThreads);
        }
    }

    public void Dispose()
    {
        lock (CountLock)
        {
            _blocked -= _isActive ? 1 : 0;
        }
    }
}
