using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Connections of the API while their store fails.</summary>
public sealed class ConnectionStoreTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_is_503_and_monitoring_continues()
    {
        await using var machine = await WatchedMachine.StartAsync();
        var data = machine.Folder.Make("data");
        await Tool.RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", data);
        try
        {
            await using var exporter = await Exporter.StartAsync(machine.Folder, ConnectionsTests.WithoutHosts(machine));
            await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", ConnectionsTests.Connection(machine));
            await exporter.UntilAsync("it is watched", ConnectionsTests.IsUp);
            var kept = new List<string>();
            HttpResponseMessage answer;
            while ((answer = await ProjectAsync($"p{kept.Count:D4}")).StatusCode == HttpStatusCode.Created)
            {
                kept.Add($"p{kept.Count:D4}");
                Assert.True(kept.Count < 1000);
            }

            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (answer.StatusCode, answer.Headers.RetryAfter?.ToString()));
            Assert.Equal("The store is full", (await answer.Content.ReadFromJsonAsync<JsonNode>(Stop))!.Text("title"));
            Assert.Equal(kept, (await exporter.JsonAsync("/api/dgx/projects")).List("items").Select(p => p.Text("name")));
            Assert.True(ConnectionsTests.IsUp(await exporter.PageAsync()));

            await Tool.RunAsync("mount", "-o", "remount,size=8m", data);
            Assert.Equal(HttpStatusCode.Created, (await ProjectAsync("after")).StatusCode);

            Task<HttpResponseMessage> ProjectAsync(string name) => exporter.Http.PostAsJsonAsync(
                "/api/dgx/projects", new { name, connection_id = "dgx-1", config = new { filling = new string('x', 30_000) } }, Stop);
        }
        finally
        {
            await Tool.RunAsync("umount", "-l", data);
        }
    }

    [Fact]
    public async Task Without_its_store_it_watches_file_hosts_and_adds_the_others_once_it_answers()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var machine = await WatchedMachine.StartAsync();
        await server.NewAsync();
        var config = machine.Config() + $"store: {{ connection: \"{server.UrlOf("fleet1")}\" }}\n";
        await using (var exporter = await Exporter.StartAsync(machine.Folder, config))
        {
            await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/connections", ConnectionsTests.Connection(machine));
            await exporter.UntilAsync("it is watched", ConnectionsTests.IsUp);
            await exporter.StopAsync();
        }

        await server.StopAsync();
        await using (var exporter = await Exporter.StartAsync(machine.Folder, config))
        {
            await exporter.UntilOnlineAsync();
            Assert.True((await exporter.JsonAsync("/api/dgx/status/box"))["connected"]!.GetValue<bool>());
            using var unknown = await exporter.Http.GetAsync("/api/dgx/status/dgx-1", Stop);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "5"), (unknown.StatusCode, unknown.Headers.RetryAfter?.ToString()));

            await server.RunAsync();
            await exporter.UntilAsync("it is watched as soon as the store answers", ConnectionsTests.IsUp);

            // Gone again, what is known is watched on, also when it should be read again.
            var before = Reports();
            await server.StopAsync();
            await Until.TrueAsync(() => Reports() > before, "it is read again", () => exporter.Log, TimeSpan.FromSeconds(60));
            using var refused = await exporter.Http.PostAsJsonAsync("/api/dgx/connections", ConnectionsTests.Connection(machine, "x"), Stop);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.True(ConnectionsTests.IsUp(await exporter.PageAsync()));

            int Reports() => exporter.Log.Split("known hosts stay monitored").Length;
        }

        // It ends as one that runs.
        await server.RunAsync();
    }
}
