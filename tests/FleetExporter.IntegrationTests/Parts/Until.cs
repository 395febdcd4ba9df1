using System.Diagnostics;

namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Polls until a condition holds.</summary>
internal static class Until
{
    public static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <param name="look">Returns null while the condition does not hold.</param>
    /// <param name="what">Description of the condition, for the message.</param>
    /// <param name="diagnosis">Text to show after the limit.</param>
    public static async Task<T> SeenAsync<T>(Func<Task<T?>> look, string what, Func<string> diagnosis, TimeSpan? limit = null)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        Exception? last = null;
        do
        {
            try
            {
                if (await look() is { } seen)
                {
                    return seen;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                last = e;
            }

            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
        while (watch.Elapsed < (limit ?? DefaultLimit));

        Assert.Fail($"not within {watch.Elapsed.TotalSeconds:0} s: {what}\n{last?.Message}\n{diagnosis()}");
        throw new UnreachableException();
    }

    public static Task TrueAsync(Func<bool> look, string what, Func<string> diagnosis, TimeSpan? limit = null) =>
        SeenAsync(() => Task.FromResult(look() ? "yes" : null), what, diagnosis, limit);
}
