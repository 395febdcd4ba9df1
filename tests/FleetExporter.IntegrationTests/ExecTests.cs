using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

/// <summary>Commands on a real host through the API, which leave no process behind.</summary>
public abstract class ExecTests(string client) : SshTests(client)
{
    private const string Any = "exec: { policy: any, max_timeout: 5m }";

    [Fact]
    public async Task A_command_runs_and_its_output_arrives_byte_for_byte()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync(Any);
        await exporter.UntilOnlineAsync();

        var text = await RunAsync(exporter, new { command = "printf 'ä \\033[31mred\\033[0m\\n'; echo oops >&2; exit 3" });
        Assert.Equal(
            (3, "ä \u001b[31mred\u001b[0m\n", "utf-8", "oops\n"),
            ((int)text.Number("exit_code")!, text.Text("stdout"), text.Text("stdout_encoding"), text.Text("stderr")));
        var bytes = await RunAsync(exporter, new { command = "printf '\\377\\000\\001'" });
        Assert.Equal(("base64", "/wAB"), (bytes.Text("stdout_encoding"), bytes.Text("stdout")));
        var where = await RunAsync(exporter, new { command = "id -un; pwd", working_directory = "/usr/bin" });
        Assert.Equal($"{machine.User.Name}\n/usr/bin\n", where.Text("stdout"));
        Assert.Null(where["signal"]);
        var killed = await RunAsync(exporter, new { command = "kill -SEGV $$" });
        Assert.Equal((139, 11), ((int)killed.Number("exit_code")!, (int)killed.Number("signal")!));
        var audit = (await exporter.JsonAsync("/api/audit")).List("items");
        Assert.Contains(audit, row =>
            row.Text("action") == "exec" && row.Text("target") == "box" && row.Text("command").StartsWith("printf 'ä", StringComparison.Ordinal)
                && row.Number("exit_code") == 3);
        Assert.DoesNotContain("oops", exporter.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("id -un", exporter.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gibibyte_of_output_costs_little_memory()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync(Any);
        await exporter.UntilOnlineAsync();
        await RunAsync(exporter, new { command = "head -c 10000000 /dev/zero" });
        var before = PeakMemory(exporter);

        var much = await RunAsync(exporter, new { command = "head -c 1073741824 /dev/zero", timeout_seconds = 240 });

        Assert.Equal((0, true), ((int)much.Number("exit_code")!, much["truncated"]!.GetValue<bool>()));
        Assert.Equal(1024 * 1024, much.Text("stdout").Length);
        Assert.InRange(PeakMemory(exporter) - before, 0, 64 * 1024);
    }

    [Theory]
    [InlineData("sleep 600")]
    [InlineData("trap '' TERM; while :; do sleep 600; done")]
    [InlineData("setsid sh -c \"trap '' TERM; while :; do sleep 600; done\" & sleep 600")]
    public async Task A_cancelled_command_leaves_no_process(string command)
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync(Any);
        await exporter.UntilOnlineAsync();
        bool Sleeps() => machine.User.Processes.Any(p => p.CommandLine.Contains("sleep 600", StringComparison.Ordinal));

        // By its limit.
        var late = await RunAsync(exporter, new { command, timeout_seconds = 1 });
        Assert.True(late["timed_out"]!.GetValue<bool>());
        Assert.Equal(0, late.Number("left"));
        Assert.False(Sleeps());

        // By a call.
        var running = RunAsync(exporter, new { command, exec_id = "mine" });
        await Until.TrueAsync(Sleeps, "it runs", () => exporter.Log);
        Assert.Equal(
            HttpStatusCode.NoContent, (await exporter.Http.DeleteAsync("/api/dgx/exec/mine", TestContext.Current.CancellationToken)).StatusCode);
        Assert.True((await running)["cancelled"]!.GetValue<bool>());
        Assert.False(Sleeps());

        // By a caller who goes away.
        using (var gone = new CancellationTokenSource())
        {
            var asking = exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command }, gone.Token);
            await Until.TrueAsync(Sleeps, "it runs", () => exporter.Log);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        await Until.TrueAsync(() => !Sleeps(), "it is ended with its caller", () => exporter.Log);

        // By a reader of its events who goes away.
        using (var response = await StreamAsync(exporter, command))
        {
            await Until.TrueAsync(Sleeps, "it runs", () => exporter.Log);
        }

        await Until.TrueAsync(() => !Sleeps(), "it is ended with its reader", () => exporter.Log);

        // By the end of the service.
        var last = exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command }, TestContext.Current.CancellationToken);
        await Until.TrueAsync(Sleeps, "it runs", () => exporter.Log);
        await exporter.StopAsync();
        Assert.False(Sleeps());
        await Task.WhenAny(last);
    }

    [Fact]
    public async Task Events_come_as_they_happen()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync(Any);
        await exporter.UntilOnlineAsync();
        using var response = await StreamAsync(exporter, "echo one; sleep 600");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        var started = await EventAsync(reader);
        Assert.Equal("started", started.Name);
        Assert.Equal(("stdout", "one\n"), ((await EventAsync(reader)) is var first ? first.Name : "", first.Data.Text("data")));

        // The command still runs: what it printed did not wait for its end.
        var listed = (await exporter.JsonAsync("/api/dgx/exec")).List("items");
        var entry = listed.Single(e => e.Text("exec_id") == started.Data.Text("exec_id"));
        Assert.Equal("running", entry.Text("state"));
        Assert.Equal(60, entry.Number("timeout_seconds"));
        Assert.Null(entry["working_directory"]);
        await exporter.Http.DeleteAsync($"/api/dgx/exec/{started.Data.Text("exec_id")}", TestContext.Current.CancellationToken);
        var exit = await EventAsync(reader);
        Assert.Equal("exit", exit.Name);
        Assert.True(exit.Data["cancelled"]!.GetValue<bool>());
    }

    [Fact]
    public async Task Forbidden_commands_do_not_run()
    {
        await using var machine = await StartMachineAsync();
        await using var exporter = await machine.WatchAsync(
            "exec: { policy: allow_list, max_timeout: 30s }\ncommands: [\"sleep 5\"]",
            $"- {{ name: off, address: \"{machine.Server.Address}\" }}\n"
                + $"- {{ name: away, address: \"127.0.0.1:{Ports.Free()}\", exec: {{ policy: any }} }}");
        await exporter.UntilOnlineAsync();
        await exporter.UntilOnlineAsync("off");

        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(exporter, "box", new { command = "sleep 5 " }));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(exporter, "off", new { command = "id" }));
        Assert.Equal(HttpStatusCode.BadGateway, await StatusAsync(exporter, "away", new { command = "id" }));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(exporter, "nobody", new { command = "id" }));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(exporter, "box", "not an object"));
        var wrong = await exporter.Http.PostAsJsonAsync(
            "/api/dgx/exec/box", new { command = "", timeout_seconds = 31, working_directory = "here", exec_id = "a b" },
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        var errors = (await wrong.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!["errors"]!.AsObject();
        Assert.Equal(["command", "exec_id", "timeout_seconds", "working_directory"], errors.Select(e => e.Key).Order(StringComparer.Ordinal));

        // Four at once, and no two by one name.
        var four = Enumerable.Range(0, 4).Select(n => StatusAsync(exporter, "box", new { command = "sleep 5", exec_id = $"n{n}" })).ToList();
        await Until.TrueAsync(
            () => machine.User.Processes.Count(p => p.CommandLine == "sleep 5") == 4, "four run", () => exporter.Log);
        var fifth = await exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", new { command = "sleep 5" }, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(5)), (fifth.StatusCode, fifth.Headers.RetryAfter?.Delta));
        Assert.All(await Task.WhenAll(four), status => Assert.Equal(HttpStatusCode.OK, status));
    }

    /// <summary>The most resident memory so far, in KiB.</summary>
    private static long PeakMemory(Exporter exporter) => long.Parse(
        File.ReadLines($"/proc/{exporter.Pid}/status")
            .Single(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The answer as soon as it begins.</summary>
    private static async Task<HttpResponseMessage> StreamAsync(Exporter exporter, string command)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/dgx/exec/box")
        {
            Content = JsonContent.Create(new { command }),
            Headers = { { "Accept", "text/event-stream" } }
        };
        return await exporter.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task<HttpStatusCode> StatusAsync(Exporter exporter, string host, object body) =>
        (await exporter.Http.PostAsJsonAsync($"/api/dgx/exec/{host}", body, TestContext.Current.CancellationToken)).StatusCode;

    private static async Task<JsonNode> RunAsync(Exporter exporter, object body)
    {
        var response = await exporter.Http.PostAsJsonAsync("/api/dgx/exec/box", body, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<(string Name, JsonNode Data)> EventAsync(StreamReader reader)
    {
        var name = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        var data = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        await reader.ReadLineAsync(TestContext.Current.CancellationToken);
        return (name!["event: ".Length..], JsonNode.Parse(data!["data: ".Length..])!);
    }

    public sealed class WithBuiltinClient() : ExecTests("builtin");

    public sealed class WithOpenSsh() : ExecTests("openssh");
}
