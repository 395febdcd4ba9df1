using FleetExporter.Api.Access;
using FleetExporter.Config;
using FleetExporter.Streaming;

namespace FleetExporter.Api.Streaming;

/// <summary>Why a stream ends.</summary>
internal enum StreamEnd
{
    /// <summary>The client disconnected, or the service is shutting down.</summary>
    Closed,

    /// <summary>Credentials revoked, or the host is no longer watched.</summary>
    Revoked,

    /// <summary>The client has read nothing for a minute.</summary>
    Stuck,
}

/// <summary>The loop that writes changes to one reader of a stream, common to both streams.</summary>
/// <param name="isWatched">Whether the stream's host is still watched.</param>
internal sealed class LiveReader(
    HttpContext context, LiveLog log, OneSecondTimer timer, AuthenticationMiddleware authentication, TimeProvider clock,
    Func<bool> isWatched, CancellationToken ended)
{
    /// <summary>Maximum time for which a reader may read nothing.</summary>
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromMinutes(1);

    private long _checked = clock.GetTimestamp();

    /// <summary>Writes changes until the stream ends.</summary>
    /// <param name="cursor">The reader's position.</param>
    /// <param name="write">Writes some of the changes, and returns the position reached.</param>
    /// <param name="host">Only entries of this host; null for all.</param>
    /// <param name="idle">Called about once a second while nothing changes.</param>
    public async Task<StreamEnd> RunAsync(long cursor, string? host, Func<LiveChanges, Task<long>> write, Func<Task> idle)
    {
        try
        {
            while (true)
            {
                var (changed, second) = (log.Changed, timer.Next);
                var changes = log.Since(cursor, host);
                if (changes.Entries.Count > 0 || changes.Lost)
                {
                    cursor = await write(changes).ConfigureAwait(false);
                }
                else
                {
                    cursor = changes.Cursor;
                    await idle().ConfigureAwait(false);
                    await Task.WhenAny(changed, second).WaitAsync(ended).ConfigureAwait(false);
                }

                if (!IsStillAllowed())
                {
                    return StreamEnd.Revoked;
                }
            }
        }
        catch (StreamEndException e)
        {
            return e.End;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or System.Net.WebSockets.WebSocketException)
        {
            return StreamEnd.Closed;
        }
    }

    /// <summary>Waits until the reader has accepted a write.</summary>
    /// <returns>Whether it had to wait, so that the remaining changes may be outdated.</returns>
    /// <exception cref="StreamEndException">The stream ended meanwhile.</exception>
    public async Task<bool> AcceptedAsync(Task writing)
    {
        if (writing.IsCompleted)
        {
            await writing.ConfigureAwait(false);
            return false;
        }

        var began = clock.GetTimestamp();
        while (!writing.IsCompleted)
        {
            await Task.WhenAny(writing, timer.Next).WaitAsync(ended).ConfigureAwait(false);
            if (!writing.IsCompleted && !IsStillAllowed())
            {
                throw new StreamEndException(StreamEnd.Revoked);
            }

            if (!writing.IsCompleted && clock.GetElapsedTime(began) > WriteTimeout)
            {
                throw new StreamEndException(StreamEnd.Stuck);
            }
        }

        await writing.ConfigureAwait(false);
        return true;
    }

    /// <summary>Checks at most once a second.</summary>
    private bool IsStillAllowed()
    {
        if (clock.GetElapsedTime(_checked) < TimeSpan.FromSeconds(1))
        {
            return true;
        }

        _checked = clock.GetTimestamp();
        return authentication.StillMay(context, Scope.Read) && isWatched();
    }
}

internal sealed class StreamEndException(StreamEnd end) : Exception
{
    public StreamEnd End => end;
}
