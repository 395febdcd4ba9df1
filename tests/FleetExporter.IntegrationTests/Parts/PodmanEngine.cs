namespace FleetExporter.IntegrationTests.Parts;

/// <summary>A podman of the administrator with a store of its own; its containers run busybox. Disposing it removes them.</summary>
internal sealed class PodmanEngine : IAsyncDisposable
{
    private readonly TestFolder _folder;
    private readonly List<string> _names = [];
    private Child? _service;

    private PodmanEngine(TestFolder folder) => _folder = folder;

    public static async Task<PodmanEngine> CreateAsync(TestFolder folder)
    {
        var engine = new PodmanEngine(folder);
        folder.Make("rootfs", "bin");
        foreach (var name in new[] { "proc", "sys", "dev", "etc", "tmp", "run" })
        {
            folder.Make("rootfs", name);
        }

        File.Copy("/bin/busybox", folder.PathOf("rootfs/bin/busybox"));
        File.CreateSymbolicLink(folder.PathOf("rootfs/bin/sleep"), "busybox");

        // What a machine that is itself a container allows.
        folder.Write("containers.conf", """
            [containers]
            default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
            [engine]
            runtime = "runc"
            cgroup_manager = "cgroupfs"
            events_logger = "file"

            """);
        await engine.RunAsync("info");
        return engine;
    }

    /// <summary>Starts a container that sleeps.</summary>
    /// <returns>Its id, and the pid of its process on this machine.</returns>
    public async Task<(string Id, int Pid)> StartAsync(string name, string user = "0")
    {
        _names.Add(name);
        var id = await RunAsync(
            "run", "-d", "--name", name, "--network", "none", "--user", user,
            "--rootfs", _folder.PathOf("rootfs"), "sleep", "600");
        var pid = await RunAsync("inspect", "-f", "{{.State.Pid}}", name);
        return (id, int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// From now on everybody may ask it, as the group docker may ask that engine: <c>podman</c> in this folder asks its socket.
    /// </summary>
    public async Task ServeAsync(string pathFolder)
    {
        var socket = _folder.PathOf("podman.sock");
        _service = Child.Start("env", [.. Command, "system", "service", "--time", "0", $"unix://{socket}"]);
        await Until.TrueAsync(() => File.Exists(socket), "the engine listens", () => _service.Output);
        await Tool.RunAsync("chmod", "666", socket);
        _folder.Write($"{pathFolder}/podman", $"#!/bin/sh\nexec /usr/bin/podman --remote --url unix://{socket} \"$@\"\n", executable: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (_service is not null)
        {
            await _service.DisposeAsync();
        }

        foreach (var name in _names)
        {
            await RunAsync("rm", "-f", "-t", "0", name);
        }
    }

    private IReadOnlyList<string> Command =>
    [
        $"CONTAINERS_CONF={_folder.PathOf("containers.conf")}", "podman", "--root", _folder.PathOf("podman"),
        "--runroot", _folder.PathOf("podman-run"),

        // Mounts nothing that could outlive a container.
        "--storage-driver", "vfs",
    ];

    private async Task<string> RunAsync(params IReadOnlyList<string> arguments) => (await Tool.RunAsync("env", [.. Command, .. arguments])).Trimmed;
}
