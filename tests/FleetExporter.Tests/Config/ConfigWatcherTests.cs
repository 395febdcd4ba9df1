using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class ConfigWatcherTests : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly FakeClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private int _told;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_change_is_told_once_when_it_has_settled()
    {
        using var watcher = Watch(_folder.Write("fleet.yml", "a"));
        Looks(3);
        Assert.Equal(0, _told);

        _folder.Write("fleet.yml", "b");
        Looks(1);
        Assert.Equal(0, _told);
        _folder.Write("fleet.yml", "bc");
        Looks(1);
        Assert.Equal(0, _told);
        Looks(5);
        Assert.Equal(1, _told);
    }

    [Fact]
    public void A_file_that_goes_and_comes_is_told_both_times()
    {
        using var watcher = Watch(_folder.PathOf("fleet.yml"));
        Looks(3);
        Assert.Equal(0, _told);
        var path = _folder.Write("fleet.yml", "a");
        Looks(3);
        Assert.Equal(1, _told);
        File.Delete(path);
        Looks(3);
        Assert.Equal(2, _told);
    }

    [Fact]
    public void A_folder_swapped_by_symlink_is_seen_even_when_size_and_time_are_the_same()
    {
        foreach (var name in new[] { "one", "two" })
        {
            Directory.CreateDirectory(_folder.PathOf(name));
            File.SetLastWriteTimeUtc(_folder.Write($"{name}/fleet.yml", name), DateTime.UnixEpoch);
        }

        Directory.CreateSymbolicLink(_folder.PathOf("data"), "one");
        File.CreateSymbolicLink(_folder.PathOf("fleet.yml"), "data/fleet.yml");
        using var watcher = Watch(_folder.PathOf("fleet.yml"));

        File.Delete(_folder.PathOf("data"));
        Directory.CreateSymbolicLink(_folder.PathOf("data"), "two");
        Looks(2);

        Assert.Equal(1, _told);
    }

    [Fact]
    public void A_file_touched_without_a_change_is_not_told()
    {
        var path = _folder.Write("fleet.yml", "a");
        using var watcher = Watch(path);

        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        Looks(3);

        Assert.Equal(0, _told);
    }

    [Fact]
    public void After_its_end_nothing_is_told()
    {
        var watcher = Watch(_folder.Write("fleet.yml", "a"));
        watcher.Dispose();

        _folder.Write("fleet.yml", "b");
        Looks(3);

        Assert.Equal(0, _told);
    }

    private ConfigWatcher Watch(string path) => new(path, () => _told++, _clock);

    private void Looks(int times) => _clock.Advance(Look * times);
}
