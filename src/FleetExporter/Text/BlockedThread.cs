namespace FleetExporter.Text;

/// <summary>
/// Raises the thread pool's minimum by one while code that may block a pool thread runs, such as an SSH handshake or a call of SQLite. Beyond its
/// minimum the pool adds only one or two threads a second, and all other work would wait for them.
/// </summary>
internal sealed class BlockedThread : IDisposable
{
    private static readonly Lock Counting = new();
    private static int _blocked;
    private static int _reserved;

    private bool _begun;

    public void Begin()
    {
        lock (Counting)
        {
            _begun = true;
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
        lock (Counting)
        {
            _blocked -= _begun ? 1 : 0;
        }
    }
}
