using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>The curl lines of the document that described this interface first, as they stand there, with ids, port and key path put in.</summary>
public sealed class CurlLinesTests
{
    private const string Create = """
        curl -X POST http://localhost:3939/api/dgx/connections \
          -H "Content-Type: application/json" \
          -d '{
            "name": "Lab DGX A100",
            "hostname": "dgx.example.com",
            "username": "ubuntu",
            "ssh_key_path": "/path/to/key"
          }'
        """;

    private const string Connect = "curl -X POST http://localhost:3939/api/dgx/connect/CONNECTION_ID";

    private const string WithoutType = """
        curl -X POST http://localhost:3939/api/dgx/exec/dgx-1 \
          -d '{"command": "cd /workspace && ./train.sh"}'
        """;

    private static readonly string[] Lines =
    [
        "curl http://localhost:3939/api/dgx/status/CONNECTION_ID",
        "curl http://localhost:3939/api/dgx/metrics/CONNECTION_ID",
        """curl "http://localhost:3939/api/dgx/metrics/CONNECTION_ID/history?hours=6" """,
        """
        curl -X POST http://localhost:3939/api/dgx/exec/CONNECTION_ID \
          -H "Content-Type: application/json" \
          -d '{"command": "docker ps"}'
        """,
        """
        curl -X POST http://localhost:3939/api/dgx/jobs \
          -H "Content-Type: application/json" \
          -d '{
            "project_id": "PROJECT_ID",
            "name": "Experiment 1",
            "model_name": "vit_base",
            "status": "pending"
          }'
        """,
        """
        curl -X PUT http://localhost:3939/api/dgx/jobs/JOB_ID \
          -H "Content-Type: application/json" \
          -d '{"status": "running", "container_id": "abc123"}'
        """,
        """
        curl -X PUT http://localhost:3939/api/dgx/jobs/JOB_ID \
          -H "Content-Type: application/json" \
          -d '{
            "metrics": {
              "epoch": 25,
              "train_loss": 0.342,
              "val_accuracy": 0.921
            }
          }'
        """,
        """
        curl -X PUT http://localhost:3939/api/dgx/jobs/JOB_ID \
          -H "Content-Type: application/json" \
          -d '{"status": "completed"}'
        """,
        "curl http://localhost:3939/api/dgx/metrics/dgx-1",
        "curl http://localhost:3939/api/dgx/metrics/dgx-1/history?hours=1",
    ];

    [Fact]
    public async Task All_lines_work_with_a_key_in_the_header()
    {
        await using var run = await Run.StartAsync(withKey: true);

        var (created, connection) = await run.CurlAsync(Create);
        Assert.Equal(201, created);
        await run.ConnectAsync(connection);
        await run.AllWorkAsync();
        Assert.Equal(200, (await run.CurlAsync(WithoutType)).Status);
    }

    [Fact]
    public async Task With_anonymous_control_all_lines_but_creating_a_connection_work_without_a_key()
    {
        await using var run = await Run.StartAsync(withKey: false);

        Assert.Equal(401, (await run.CurlAsync(Create)).Status);
        var connection = ConnectionsTests.Connection(run.Machine);
        await run.ConnectAsync(await ConnectionsTests.DoAsync(run.Exporter, HttpMethod.Post, "/api/dgx/connections", connection));
        await run.AllWorkAsync();

        // Without a key, a body needs Content-Type: application/json.
        Assert.Equal(415, (await run.CurlAsync(WithoutType)).Status);
        Assert.Contains("anonymous_control: ", run.Exporter.Log, StringComparison.Ordinal);
        var audit = (await run.Exporter.JsonAsync("/api/audit")).List("items").Where(r => r.Text("action") is "exec" or "job_create" or "job_change");
        Assert.All(audit, row => Assert.Equal("anonymous", row.Text("who")));
    }

    [Fact]
    public async Task Without_key_and_anonymous_control_nothing_is_changed()
    {
        using var folder = new TestFolder();
        await using var exporter = await Exporter.StartAsync(folder, "hosts: []\n");
        foreach (var line in Lines.Append(Create).Append(Connect).Where(l => l.Contains("-X ", StringComparison.Ordinal)))
        {
            var here = line.Replace(":3939", $":{exporter.Http.BaseAddress!.Port}", StringComparison.Ordinal);
            Assert.Equal(401, (await Run.CurlAsync(here, null)).Status);
        }
    }

    /// <summary>A machine that is watched by a connection of the API, and a Prometheus for its history.</summary>
    private sealed class Run(WatchedMachine machine, Exporter exporter, PrometheusServer prometheus, bool withKey) : IAsyncDisposable
    {
        private readonly Dictionary<string, string> _putIn = new()
        {
            [":3939"] = $":{exporter.Http.BaseAddress!.Port}",
            ["\"dgx.example.com\""] = $"\"127.0.0.1\", \"port\": {machine.Server.Port}",
            ["\"ubuntu\""] = $"\"{machine.User.Name}\"",
            ["/path/to/key"] = machine.Server.ClientKey,
        };

        public WatchedMachine Machine => machine;

        public Exporter Exporter => exporter;

        public static async Task<Run> StartAsync(bool withKey)
        {
            const string Open = "anonymous_control: loopback\n";
            var machine = await HistoryTests.MachineAsync();
            var exporter = await Exporter.StartAsync(machine.Folder, ConnectionsTests.WithoutHosts(machine) + (withKey ? "" : Open));
            var prometheus = await HistoryTests.ScrapedAsync(machine, exporter, withKey ? "" : Open);
            return new Run(machine, exporter, prometheus, withKey);
        }

        /// <summary>Runs a line in bash, with this key if any.</summary>
        public static async Task<(int Status, JsonNode Body)> CurlAsync(string line, string? key)
        {
            var header = key is null ? "" : $"-H 'X-API-Key: {key}' ";
            var said = await Tool.RunAsync("bash", "-c", $$"""curl() { command curl -sS -w '\n%{http_code}' {{header}}"$@"; }; {{line}}""");
            var end = said.Output.LastIndexOf('\n');
            return (int.Parse(said.Output[(end + 1)..], System.Globalization.CultureInfo.InvariantCulture), JsonNode.Parse(said.Output[..end])!);
        }

        public Task<(int Status, JsonNode Body)> CurlAsync(string line) => CurlAsync(
            _putIn.Aggregate(line, (text, put) => text.Replace(put.Key, put.Value, StringComparison.Ordinal)),
            withKey ? exporter.Http.DefaultRequestHeaders.GetValues("X-API-Key").Single() : null);

        public async Task ConnectAsync(JsonNode connection)
        {
            _putIn["CONNECTION_ID"] = _putIn["dgx-1"] = connection.Text("id");
            Assert.Equal(200, (await CurlAsync(Connect)).Status);
            await Until.SeenAsync(
                async () => (await exporter.Http.GetAsync($"/api/dgx/metrics/{connection.Text("id")}")).IsSuccessStatusCode ? "yes" : null,
                "it is connected and read",
                () => exporter.Log);
            var project = new { connection_id = connection.Text("id"), name = "vision" };
            _putIn["PROJECT_ID"] = (await ConnectionsTests.DoAsync(exporter, HttpMethod.Post, "/api/dgx/projects", project)).Text("id");
        }

        public async Task AllWorkAsync()
        {
            foreach (var line in Lines)
            {
                var (status, body) = await CurlAsync(line);
                Assert.True(status is 200 or 201, $"{line}: {status} {body}\n{exporter.Log}{prometheus.Log}");
                if (line.Contains("/api/dgx/jobs \\", StringComparison.Ordinal))
                {
                    _putIn["JOB_ID"] = body.Text("id");
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            await prometheus.DisposeAsync();
            await exporter.DisposeAsync();
            await machine.DisposeAsync();
        }
    }
}
