using System.Net;
using System.Net.Http.Json;
using FleetExporter.Tests.Remote;

namespace FleetExporter.BrowserTests.Browsing;

/// <summary>What the tests that add hosts and targets have in common.</summary>
internal static class Adding
{
    /// <summary>Starts the service without hosts; a host that is added is reached with the key of the machine.</summary>
    /// <param name="arguments">Of the service.</param>
    public static Task<Exporter> StartAsync(WatchedMachine machine, params string[] arguments) => Exporter.StartAsync(
        machine.Folder,
        $"""
        poll_interval: 1s
        ssh:
          key_file: {machine.Server.ClientKey}
          known_hosts: known_hosts
          connect_timeout: 5s
        hosts: []

        """,
        null,
        arguments);

    /// <summary>Makes the host key of the machine known.</summary>
    public static void Trust(WatchedMachine machine) => machine.Folder.Write("known_hosts", machine.Server.KnownHost());

    /// <summary>The admin key of the service in this folder.</summary>
    public static async Task<string> KeyOfAsync(TestFolder folder) =>
        (await File.ReadAllTextAsync(folder.PathOf("data/admin.key"), TestContext.Current.CancellationToken)).Trim();

    public static Task<string> KeyOfAsync(WatchedMachine machine) => KeyOfAsync(machine.Folder);

    /// <summary>Fills the fields of the machine in the dialog that adds a host.</summary>
    public static async Task FillAsync(Visit visit, WatchedMachine machine, string name)
    {
        await visit.Visible("host-name").FillAsync(name);
        await visit.Visible("host-address").FillAsync("127.0.0.1");
        await visit.Visible("host-port").FillAsync($"{machine.Server.Port}");
        await visit.Visible("host-user").FillAsync(machine.User.Name);
    }

    /// <summary>Adds the machine through the API.</summary>
    public static async Task PostHostAsync(Exporter exporter, WatchedMachine machine, string name)
    {
        var body = new { name, hostname = "127.0.0.1", port = machine.Server.Port, username = machine.User.Name };
        using var answer = await exporter.Http.PostAsJsonAsync("/api/dgx/connections", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>Adds a service whose health the server answers at <c>/health</c>.</summary>
    public static async Task PostServiceAsync(Exporter exporter, ScriptedServer server, string name)
    {
        var body = new { kind = "service", name, settings = new { url = server.Url("/health").AbsoluteUri } };
        using var answer = await exporter.Http.PostAsJsonAsync("/api/targets", body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    /// <summary>The names of all hosts that the service knows.</summary>
    public static async Task<IEnumerable<string>> HostsAsync(Exporter exporter) =>
        (await exporter.JsonAsync("/api/dgx/connections")).List("items").Select(c => c.Text("name"));
}
