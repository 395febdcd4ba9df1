using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class ConfigWatcherTests : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly FakeClock _clock = new();
    private readonly TemporaryFolder _folder = new();
    private int _reports;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_change_is_reported_once_when_the_content_is_stable()
    {
        using var watcher = Watch(_folder.Write("fleet.yml", "a"));
        Poll(3);
        Assert.Equal(0, _reports);

        _folder.Write("fleet.yml", "b");
        Poll(1);
        Assert.Equal(0, _reports);
        _folder.Write("fleet.yml", "bc");
        Poll(1);
        Assert.Equal(0, _reports);
        Poll(5);
        Assert.Equal(1, _reports);
    }

    [Fact]
    public void A_deleted_and_recreated_file_is_reported_twice()
    {
        using var watcher = Watch(_folder.PathOf("fleet.yml"));
        Poll(3);
        Assert.Equal(0, _reports);
        var path = _folder.Write("fleet.yml", "a");
        Poll(3);
        Assert.Equal(1, _reports);
        File.Delete(path);
        Poll(3);
        Assert.Equal(2, _reports);
    }

    [Fact]
    public void A_swapped_symlink_is_detected_with_equal_size_and_time()
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
        Poll(2);

        Assert.Equal(1, _reports);
    }

    [Fact]
    public void A_touched_file_without_a_change_is_not_reported()
    {
        var path = _folder.Write("fleet.yml", "a");
        using var watcher = Watch(path);

        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        Poll(3);

        Assert.Equal(0, _reports);
    }

    [Fact]
    public void After_disposal_nothing_is_reported()
    {
        var watcher = Watch(_folder.Write("fleet.yml", "a"));
        watcher.Dispose();

        _folder.Write("fleet.yml", "b");
        Poll(3);

        Assert.Equal(0, _reports);
    }

    private ConfigWatcher Watch(string path) => new(path, () => _reports++, _clock);

    private void Poll(int times) => _clock.Advance(Interval * times);
}
