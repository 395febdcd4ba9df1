using FleetExporter.Api.Access;
using FleetExporter.Config;
using FleetExporter.Streaming;
using Microsoft.AspNetCore.Http;

namespace FleetExporter.Api.Streaming;

/// <summary>Why a stream ends.</summary>
internal enum LiveEnd
{
    /// <summary>The reader is gone, or the service ends.</summary>
    Closed,

    /// <summary>What opened it opens nothing any more, or its host is gone.</summary>
    Revoked,

    /// <summary>It has taken nothing for a minute.</summary>
    Stuck,
}

/// <summary>One reader's turn of waiting and writing, the same for both streams.</summary>
/// <param name="holds">Whether what the stream is about is still there.</param>
internal sealed class LiveReader(
    HttpContext context, LiveLog log, LivePulse pulse, Gate gate, TimeProvider clock, Func<bool> holds, CancellationToken ended)
{
    /// <summary>So long a reader may take nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private long _checked = clock.GetTimestamp();

    /// <summary>Writes all that changes until the stream ends.</summary>
    /// <param name="cursor">Where the reader is.</param>
    /// <param name="write">Writes some of the news, and returns up to where.</param>
    /// <param name="host">Only what is of this host.</param>
    /// <param name="idle">Called about once a second while nothing changes.</param>
    public async Task<LiveEnd> RunAsync(long cursor, string? host, Func<LiveNews, Task<long>> write, Func<Task> idle)
    {
        try
        {
            while (true)
            {
                var (changed, beat) = (log.Changed, pulse.Next);
                var news = log.Since(cursor, host);
                if (news.Entries.Count > 0 || news.Lost)
                {
                    cursor = await write(news).ConfigureAwait(false);
                }
                else
                {
                    cursor = news.Cursor;
                    await idle().ConfigureAwait(false);
                    await Task.WhenAny(changed, beat).WaitAsync(ended).ConfigureAwait(false);
                }

                if (!StillMay())
                {
                    return LiveEnd.Revoked;
                }
            }
        }
        catch (LiveEndException e)
        {
            return e.End;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or System.Net.WebSockets.WebSocketException)
        {
            return LiveEnd.Closed;
        }
    }

    /// <summary>Waits for what is being written to be taken.</summary>
    /// <returns>Whether it had to wait: what was news before may be old.</returns>
    /// <exception cref="LiveEndException">The stream ended meanwhile.</exception>
    public async Task<bool> TakenAsync(Task writing)
    {
        if (writing.IsCompleted)
        {
            await writing.ConfigureAwait(false);
            return false;
        }

        var began = clock.GetTimestamp();
        while (!writing.IsCompleted)
        {
            await Task.WhenAny(writing, pulse.Next).WaitAsync(ended).ConfigureAwait(false);
            if (!writing.IsCompleted && !StillMay())
            {
                throw new LiveEndException(LiveEnd.Revoked);
            }

            if (!writing.IsCompleted && clock.GetElapsedTime(began) > Patience)
            {
                throw new LiveEndException(LiveEnd.Stuck);
            }
        }

        await writing.ConfigureAwait(false);
        return true;
    }

    /// <summary>Looks once a second at most.</summary>
    private bool StillMay()
    {
        if (clock.GetElapsedTime(_checked) < TimeSpan.FromSeconds(1))
        {
            return true;
        }

        _checked = clock.GetTimestamp();
        return gate.StillMay(context, Scope.Read) && holds();
    }
}

internal sealed class LiveEndException(LiveEnd end) : Exception
{
    public LiveEnd End => end;
}
