namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A cgroup with one process, in every hierarchy that allows it. Disposing it moves the process out and removes the group.</summary>
internal sealed class Cgroup : IDisposable
{
    private readonly List<string> _folders;

    private Cgroup(List<string> folders) => _folders = folders;

    public static Cgroup Create(string path, int pid)
    {
        List<string> folders = [];
        string[] roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];
        foreach (var root in roots.Where(r => File.Exists(Path.Combine(r, "cgroup.procs"))))
        {
            var folder = Path.Combine(root, path);
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "cgroup.procs"), $"{pid}");
            folders.Add(folder);
        }

        Assert.NotEmpty(folders);
        return new Cgroup(folders);
    }

    public void Dispose()
    {
        foreach (var folder in _folders)
        {
            var root = folder[..folder.IndexOf("/system.slice", StringComparison.Ordinal)];
            foreach (var pid in File.ReadAllLines(Path.Combine(folder, "cgroup.procs")))
            {
                File.WriteAllText(Path.Combine(root, "cgroup.procs"), pid);
            }

            Directory.Delete(folder);
        }
    }
}
