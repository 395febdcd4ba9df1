namespace FleetExporter.IntegrationTests.Parts;

/// <summary>The wall clock of one process, by libfaketime. Its monotonic clock, and the clocks of all other processes, are the real ones.</summary>
internal sealed class WallClock
{
    private readonly string _path;

    public WallClock(TestFolder folder) => _path = folder.Write("wall-clock", "+0\n");

    /// <summary>Environment variables of the process.</summary>
    public IReadOnlyDictionary<string, string?> Environment => new Dictionary<string, string?>
    {
        ["LD_PRELOAD"] = Directory.GetDirectories("/usr/lib", "*-linux-gnu")
            .Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).Single(File.Exists),
        ["FAKETIME_TIMESTAMP_FILE"] = _path,
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        ["FAKETIME_NO_CACHE"] = "1",

        // It repairs waits on a monotonic clock that is not the real one, and trebles the time to start.
        ["FAKETIME_FORCE_MONOTONIC_FIX"] = "0",
    };

    /// <summary>Offset from the real clock.</summary>
    public TimeSpan Offset { get; private set; }

    /// <summary>Sets the offset.</summary>
    public void Set(TimeSpan offset)
    {
        File.WriteAllText(_path + ".new", FormattableString.Invariant($"{(offset < TimeSpan.Zero ? "" : "+")}{offset.TotalSeconds:0}\n"));
        File.Move(_path + ".new", _path, overwrite: true);
        Offset = offset;
    }
}
