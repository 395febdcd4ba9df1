using System.Collections.Concurrent;
using FleetExporter.Tests.Api.Resources;

namespace FleetExporter.Tests.Api.Actions;

/// <summary>On which machine, and in which folder, a command may run.</summary>
public sealed class ExecTargetTests
{
    private const string NoHosts = "listen: 127.0.0.1:0\nhosts: []\n";
    private const string Listed =
        "listen: 127.0.0.1:0\nhosts:\n- { name: a, address: a.lan, exec: { policy: allow_list }, commands: ['./check.sh', "
            + "'cd /srv && ./check.sh'] }\n";

    [Fact]
    public async Task After_a_change_of_hostname_a_command_runs_on_the_new_host_although_another_monitor_does_not_end()
    {
        var ran = new ConcurrentQueue<string>();
        var never = new TaskCompletionSource();
        await using var server = await ApiServer.StartAsync(NoHosts, shell =>
        {
            shell.HangsUntil = shell.Address == "stuck.lan" ? never.Task : null;
            shell.Command = () =>
            {
                ran.Enqueue(shell.Address);
                return ReplayCommand.Printing("");
            };
        });
        await server.DoAsync("POST", "/api/dgx/connections", """{"name":"stuck","hostname":"stuck.lan"}""");
        await server.DoAsync("POST", "/api/dgx/connections", """{"name":"dgx-1","hostname":"old.lan"}""");
        Assert.Equal("connected", (await server.DoAsync("POST", "/api/dgx/connect/dgx-1")).Text("status"));
        await server.DoAsync("POST", "/api/dgx/exec/dgx-1", """{"command":"true"}""");

        // The clock stands still: the grace of the monitor that does not end is never over.
        var waits = server.DoAsync("PUT", "/api/dgx/connections/stuck", """{"hostname":"other.lan"}""");
        await DgxCalls.UntilAsync(() => Task.FromResult(server.State.Find("stuck")?.Host.Address?.Host != "stuck.lan"));
        await server.DoAsync("PUT", "/api/dgx/connections/dgx-1", """{"hostname":"new.lan"}""")
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await DgxCalls.UntilAsync(async () => (await server.CallAsync("POST", "/api/dgx/exec/dgx-1", """{"command":"true"}""")).Status == 200);

        Assert.Equal(["old.lan", "new.lan"], ran);
        Assert.False(waits.IsCompleted);
        never.SetResult();
        await waits;
    }

    [Theory]
    [InlineData("/srv/other", 403)]
    [InlineData("/", 403)]
    [InlineData(null, 200)]
    public async Task Under_an_allow_list_the_caller_chooses_no_folder(string? folder, int status)
    {
        var started = 0;
        await using var server = await ApiServer.StartAsync(Listed, shell => shell.Command = () =>
        {
            started++;
            return ReplayCommand.Printing("");
        });
        var body = System.Text.Json.JsonSerializer.Serialize(new { command = "./check.sh", working_directory = folder });

        var (answered, problem) = await server.CallAsync("POST", "/api/dgx/exec/a", body);

        Assert.Equal((status, status == 200 ? 1 : 0), (answered, started));
        Assert.True(status == 200 || problem.Text("detail").Contains("omit the folder", StringComparison.Ordinal), $"{problem}");
        Assert.Equal(200, (await server.CallAsync("POST", "/api/dgx/exec/a", """{"command":"cd /srv && ./check.sh"}""")).Status);
    }

    [Fact]
    public async Task Under_an_allow_list_a_project_chooses_no_folder_for_its_jobs()
    {
        var started = 0;
        await using var server = await ApiServer.StartAsync(Listed, shell => shell.Command = () =>
        {
            started++;
            return ReplayCommand.Printing("");
        });
        await server.DoAsync("POST", "/api/dgx/projects", """{"name":"p","connection_id":"a","remote_path":"/srv/other"}""");
        await server.DoAsync("POST", "/api/dgx/jobs", """{"name":"j","project_id":"p","config":{"command":"./check.sh"}}""");

        var (status, problem) = await server.CallAsync("POST", "/api/dgx/jobs/j/start");

        Assert.Equal((403, 0), (status, started));
        Assert.Contains("omit the folder", problem.Text("detail"), StringComparison.Ordinal);
        await server.DoAsync("PUT", "/api/dgx/projects/p", """{"remote_path":null}""");
        Assert.NotEqual(403, (await server.CallAsync("POST", "/api/dgx/jobs/j/start")).Status);
    }
}
