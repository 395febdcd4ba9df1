namespace FleetExporter.ReleaseTests.Deployment;

/// <summary>Containers of podman with Debian, systemd and sshd, in a store of their own. Disposing them keeps only the base image.</summary>
internal sealed class Containers : IAsyncDisposable
{
    /// <summary>debootstrap downloads and unpacks 280 MB.</summary>
    private static readonly TimeSpan BaseTimeout = TimeSpan.FromMinutes(8);

    private Containers(TestFolder folder)
    {
        var script = Repository.PathOf("tests", "FleetExporter.ReleaseTests", "Deployment", "containers");
        Engine = folder.Write(
            "proxmox/engine", $"#!/bin/sh\nexport CONTAINERS={folder.PathOf("containers")}\nexec {script} \"$@\"\n", executable: true);
    }

    /// <summary>The program that runs them; the stand-in for pct uses it too.</summary>
    public string Engine { get; }

    public static async Task<Containers> PrepareAsync(TestFolder folder)
    {
        var containers = new Containers(folder);
        await using var prepare = Child.Start(containers.Engine, ["base"]);
        Assert.True(await prepare.EndAsync(BaseTimeout) == 0, prepare.Output);
        return containers;
    }

    public Task<ToolResult> RunAsync(params IReadOnlyList<string> arguments) => Tool.RunAsync(Engine, arguments);

    /// <summary>The output of shell commands that run as root in a container.</summary>
    public async Task<string> ShellAsync(string name, string commands) => (await RunAsync("exec", name, "sh", "-c", commands)).Trimmed;

    public async Task<string> AddressAsync(string name) => (await ShellAsync(name, "hostname -I")).Split(' ')[0];

    public async ValueTask DisposeAsync() => await RunAsync("end");
}
