using FleetExporter.Remote.Ssh;

namespace FleetExporter.Tests.Remote;

public sealed class ControlDirectoryTests : IDisposable
{
    private readonly TemporaryFolder _parent = new();

    [Fact]
    public void Only_the_service_user_has_access()
    {
        using var directory = new ControlDirectory(_parent.Path);

        Assert.Equal("Directory, 700", $"{File.GetAttributes(Assert.Single(Folders()))}, {Mode(Folders()[0])}");
    }

    [Fact]
    public void Socket_paths_are_short_and_never_used_twice()
    {
        using var directory = new ControlDirectory("/tmp");
        var paths = Enumerable.Range(0, 1000).Select(_ => directory.NewSocketPath()).ToList();

        Assert.Equal(1000, paths.Distinct().Count());
        Assert.All(paths, path => Assert.InRange(path.Length, 1, 89));
    }

    [Fact]
    public void Folders_of_terminated_runs_are_removed_and_those_of_live_runs_kept()
    {
        using var living = new ControlDirectory(_parent.Path);
        var kept = Assert.Single(Folders());
        var me = Environment.ProcessId;
        Directory.CreateDirectory(_parent.PathOf($"fleet-exporter-{me}-1-abcdef"));       // a reused pid
        Directory.CreateDirectory(_parent.PathOf("fleet-exporter-4194999-77-abcdef"));    // no such process
        File.WriteAllText(_parent.PathOf("fleet-exporter-4194999-77-abcdef/1"), "");
        Directory.CreateDirectory(_parent.PathOf("fleet-exporter-notes"));

        using var next = new ControlDirectory(_parent.Path);

        Assert.Contains(kept, Folders());
        Assert.Contains(_parent.PathOf("fleet-exporter-notes"), Folders());
        Assert.Equal(3, Folders().Length);
    }

    [Fact]
    public void The_folder_is_removed_with_the_service()
    {
        var directory = new ControlDirectory(_parent.Path);
        File.WriteAllText(directory.NewSocketPath(), "");

        directory.Dispose();

        Assert.Empty(Folders());
    }

    public void Dispose() => _parent.Dispose();

    private static string Mode(string path) =>
        Convert.ToString((int)new DirectoryInfo(path).UnixFileMode, 8);

    private string[] Folders() => Directory.GetDirectories(_parent.Path);
}
