namespace FleetExporter.IntegrationTests.Parts;

/// <summary>
/// Stand-ins for the programs of a Proxmox VE node, made from their manual pages: see <c>proxmox/common.sh</c>. No Proxmox runs here.
/// </summary>
internal sealed class ProxmoxNode
{
    private const string Before = "debian-12-standard_12.7-1_amd64.tar.zst";

    public const string Newest = "debian-13-standard_13.10-1_amd64.tar.zst";

    private readonly TestFolder _folder;

    public ProxmoxNode(TestFolder folder)
    {
        _folder = folder;
        folder.Make("home", ".ssh");
        Write("storages", "local dir active vztmpl,iso,backup\nlocal-lvm lvmthin active rootdir,images\n");
        Write("offered", $"{Newest}\ndebian-13-standard_13.9-1_amd64.tar.zst\n{Before}\nubuntu-24.04-standard_24.04-2_amd64.tar.zst\n");
        Write("addresses", "\n169.254.3.4 fe80::1 \n10.0.0.5 fd00::5 \n");
        Write("calls", "");
    }

    /// <summary>Commands that were called, in order.</summary>
    public IReadOnlyList<string> Calls => File.ReadAllLines(PathOf("calls"));

    /// <summary>Commands that were called and change something.</summary>
    public IReadOnlyList<string> Changes =>
        [.. Calls.Where(c => c.Split(' ') is [_, "update" or "download" or "create" or "start" or "exec", ..] && !c.EndsWith("hostname -I"))];

    public static string Tools => Repository.PathOf("tests", "FleetExporter.IntegrationTests", "Parts", "proxmox");

    public string PathOf(params string[] parts) => _folder.PathOf(["proxmox", .. parts]);

    public string Write(string name, string text, bool executable = false) => _folder.Write($"proxmox/{name}", text, executable);

    /// <summary>Makes a command print this and fail, such as <c>pct-start</c>.</summary>
    public void Fail(string command, string message) => Write($"fail-{command}", message + "\n");

    public void Repair(string command) => File.Delete(PathOf($"fail-{command}"));

    public string Config(int id) => File.ReadAllText(PathOf("containers", $"{id}", "config"));

    public Task<ToolResult> CreateAsync(params IReadOnlyList<string> arguments) => CreateAsync(arguments, null);

    /// <summary>Runs scripts/create-lxc.sh on this node.</summary>
    public Task<ToolResult> CreateAsync(IReadOnlyList<string> arguments, string? input) => Tool.TryAsync(
        Repository.PathOf("scripts", "create-lxc.sh"), arguments, input, new Dictionary<string, string>
        {
            ["PATH"] = $"{Tools}:{Environment.GetEnvironmentVariable("PATH")}",
            ["PROXMOX"] = PathOf(),
            ["HOME"] = _folder.PathOf("home"),
        });
}
