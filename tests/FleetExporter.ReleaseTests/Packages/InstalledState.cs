using System.Text.Json.Nodes;

namespace FleetExporter.ReleaseTests.Packages;

/// <summary>What an upgrade must keep: the admin key, a login session, a connection with a project and a job, and a changed fleet.yml.</summary>
internal sealed class InstalledState
{
    public const string KeyFile = "/var/lib/fleet-exporter/admin.key";

    private const string Api = "http://127.0.0.1:9470/api";

    private string _files = "";
    private string _job = "";

    public static async Task<InstalledState> CreateAsync(Machine machine)
    {
        var state = new InstalledState();
        await machine.ShellAsync("echo 'poll_interval: 2s' >>/etc/fleet-exporter/fleet.yml");
        await machine.ShellAsync(
            $"printf '{{\"key\":\"%s\"}}' \"$(cat {KeyFile})\" | curl -fsS -c /root/cookies -H 'Content-Type: application/json' -d @- {Api}/login");
        await PostAsync(machine, "dgx/connections", """{"name":"box","hostname":"127.0.0.1","is_active":false}""");
        var project = await PostAsync(machine, "dgx/projects", """{"connection_id":"box","name":"vision"}""");
        state._job = (await PostAsync(machine, "dgx/jobs", $$"""{"project_id":"{{project.Text("id")}}","name":"kept"}""")).Text("id")!;
        state._files = await FilesAsync(machine);
        return state;
    }

    public async Task IsKeptAsync(Machine machine)
    {
        Assert.Equal(_files, await FilesAsync(machine));
        var session = JsonNode.Parse(await machine.ShellAsync($"curl -fsS -b /root/cookies {Api}/me"))!;
        Assert.Equal("admin", session.Text("name"));
        Assert.Contains("admin", session.List("scopes").Select(s => s.GetValue<string>()));
        var job = JsonNode.Parse(await machine.ShellAsync($"curl -fsS -b /root/cookies {Api}/dgx/jobs/{_job}"))!;
        Assert.Equal("kept", job.Text("name"));
    }

    private static async Task<string> FilesAsync(Machine machine) => await machine.ShellAsync(
        $"cat {KeyFile} /var/lib/fleet-exporter/instance /etc/fleet-exporter/fleet.yml; stat -c '%n %a %U:%G' {KeyFile} /var/lib/fleet-exporter "
            + "/etc/fleet-exporter/fleet.yml");

    private static async Task<JsonNode> PostAsync(Machine machine, string path, string body) => JsonNode.Parse(await machine.ShellAsync(
        $"curl -fsS -H \"X-API-Key: $(cat {KeyFile})\" -H 'Content-Type: application/json' -d '{body}' {Api}/{path}"))!;
}
