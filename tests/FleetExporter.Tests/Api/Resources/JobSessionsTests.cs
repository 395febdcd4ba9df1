using FleetExporter.Store;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api.Resources;

/// <summary>Jobs in sessions, when connections change under them, hosts go away, or there are many.</summary>
public sealed class JobSessionsTests
{
    private const string Box = "dgx.lan:2222";

    private const string File = "listen: 127.0.0.1:0\nhosts:\n- { name: a, address: a.lan, exec: { policy: any } }\n";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_stays_with_its_connection_when_a_host_of_the_file_gets_its_name()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync(File);
        var id = (await JobHosts.RunAsync(server, "long")).Text("id");
        await server.DoAsync("POST", "/api/dgx/projects", """{"name":"there","connection_id":"a"}""");
        await JobHosts.RunAsync(server, "other", "there");
        await server.DoAsync("POST", "/api/dgx/jobs", """{"name":"next","project_id":"vision","config":{"command":"id"}}""");
        Assert.Equal([id], hosts.On(Box));

        server.WriteConfig(File + "- { name: dgx-1, address: file.lan, exec: { policy: any } }\n");
        await server.DoAsync("POST", "/-/reload");
        await DgxCalls.UntilAsync(() => Task.FromResult(server.State.Find("dgx-1") is { Host.Address.Host: "file.lan", Connection.Up: true }));
        var looks = hosts.Asked("a.lan", "look");
        await DgxCalls.UntilAsync(() =>
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(200));
            return Task.FromResult(hosts.Asked("a.lan", "look") > looks + 3);
        });

        Assert.Equal("running", (await server.JsonAsync("/api/dgx/jobs/long")).Text("status"));
        foreach (var call in new[] { "long/cancel", "next/start" })
        {
            var (status, problem) = await server.CallAsync("POST", $"/api/dgx/jobs/{call}");
            Assert.Equal(409, status);
            Assert.Contains("a host of fleet.yml has the same name", problem.Text("detail"), StringComparison.Ordinal);
        }

        Assert.Equal(409, (await server.CallAsync("GET", "/api/dgx/jobs/long/output")).Status);
        Assert.Equal(0, hosts.Asked("file.lan", "look") + hosts.Asked("file.lan", "cancel") + hosts.Asked("file.lan", "start")
            + hosts.Asked("file.lan", "output"));
        Assert.Equal("running", (await server.JsonAsync("/api/dgx/jobs/long")).Text("status"));

        // Under another name it is watched again, and the job is found there.
        var connection = (await server.JsonAsync("/api/dgx/projects/vision")).Text("connection_id");
        await server.DoAsync("PUT", $"/api/dgx/connections/{connection}", """{"name":"dgx-2"}""");
        Assert.Equal("connected", (await server.DoAsync("POST", "/api/dgx/connect/dgx-2")).Text("status"));
        Assert.Equal("cancelled", (await server.DoAsync("POST", "/api/dgx/jobs/long/cancel")).Text("status"));
        Assert.Empty(hosts.On(Box));
    }

    [Fact]
    public async Task A_connection_leads_where_it_led_while_a_job_has_a_session_there()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        await JobHosts.RunAsync(server, "long");

        foreach (var body in new[] { """{"hostname":"new.lan"}""", """{"port":22}""", """{"username":null}""" })
        {
            Assert.Equal((409, "jobs"), await server.RefusedAsync("PUT", "/api/dgx/connections/dgx-1", body));
        }

        await server.DoAsync(
            "PUT", "/api/dgx/connections/dgx-1", """{"name":"dgx-2","hostname":"dgx.lan","port":2222,"username":"ann","exec_policy":"off"}""");
        Assert.Equal(Box, $"{server.State.Find("dgx-2")!.Host.Address}");
        await server.DoAsync("POST", "/api/dgx/connect/dgx-2");
        await server.DoAsync("POST", "/api/dgx/jobs/long/cancel");
        await server.DoAsync("PUT", "/api/dgx/connections/dgx-2", """{"hostname":"new.lan"}""");
    }

    [Fact]
    public async Task What_changes_while_a_job_is_being_started_is_noticed()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        await server.DoAsync("POST", "/api/dgx/jobs", """{"name":"one","project_id":"vision","config":{"command":"id"}}""");
        hosts.WhileStarting = () => server.DoAsync("PUT", "/api/dgx/connections/dgx-1", """{"port":2223}""");

        Assert.Equal((409, "connection"), await server.RefusedAsync("POST", "/api/dgx/jobs/one/start"));
        Assert.Equal("pending", (await server.JsonAsync("/api/dgx/jobs/one")).Text("status"));

        await server.DoAsync("POST", "/api/dgx/connect/dgx-1");
        hosts.WhileStarting = () => server.DoAsync("DELETE", "/api/dgx/projects/vision?cascade=true");
        Assert.Equal(404, (await server.CallAsync("POST", "/api/dgx/jobs/one/start")).Status);
        Assert.Equal(
            (2, 0), (hosts.Asked(Box, "start") + hosts.Asked("dgx.lan:2223", "start"), hosts.On(Box).Count + hosts.On("dgx.lan:2223").Count));
    }

    [Fact]
    public async Task A_job_whose_host_never_comes_back_is_cancelled_by_force_alone()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        await JobHosts.RunAsync(server, "long");
        await JobHosts.RunAsync(server, "away");
        hosts.Broken[Box] = 0;

        var (status, problem) = await server.CallAsync("POST", "/api/dgx/jobs/long/cancel");
        Assert.Equal(502, status);
        Assert.Contains("?force=true", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Equal((400, "force"), await server.RefusedAsync("POST", "/api/dgx/jobs/long/cancel?force=1"));
        Assert.Equal(502, (await server.CallAsync("POST", "/api/dgx/jobs/long/cancel?force=false")).Status);
        Assert.Equal((409, "status"), await server.RefusedAsync("DELETE", "/api/dgx/jobs/long"));
        Assert.Equal((409, "status"), await server.RefusedAsync("PUT", "/api/dgx/jobs/long", """{"status":"failed"}"""));
        Assert.Equal("running", (await server.JsonAsync("/api/dgx/jobs/long")).Text("status"));

        var job = await server.DoAsync("POST", "/api/dgx/jobs/long/cancel?force=true");
        Assert.Equal(("cancelled", "null"), (job.Text("status"), job.Text("session")));
        Assert.StartsWith("cancelled without its host, where its processes may still run: ", job.Text("reason"), StringComparison.Ordinal);
        Assert.Equal(409, (await server.CallAsync("POST", "/api/dgx/jobs/long/cancel?force=true")).Status);
        await server.DoAsync("DELETE", "/api/dgx/jobs/long");

        // One that is not watched at all.
        await server.DoAsync("POST", "/api/dgx/disconnect/dgx-1");
        (status, problem) = await server.CallAsync("POST", "/api/dgx/jobs/away/cancel");
        Assert.Equal(409, status);
        Assert.Contains("it is disconnected", problem.Text("detail"), StringComparison.Ordinal);
        Assert.Contains("?force=true", problem.Text("detail"), StringComparison.Ordinal);
        await server.DoAsync("POST", "/api/dgx/jobs/away/cancel?force=true");
        await server.DoAsync("DELETE", "/api/dgx/connections/dgx-1?cascade=true");
        var audit = (await server.JsonAsync("/api/audit")).GetProperty("items").EnumerateArray()
            .Where(a => a.Text("action") == "job_cancel" && a.Text("outcome") == "ok").Select(a => $"{a.Text("target")} {a.Text("command")}");
        Assert.Equal(["away force=true", "long force=true"], audit);
    }

    [Theory]
    [InlineData(1, 24, "its tmux session no longer exists: the session was killed, or the tmux server ended")]
    [InlineData(120, -1, "the host was rebooted while the job ran")]
    public async Task Why_a_session_is_gone_does_not_depend_on_the_wall_clock(int seconds, int hours, string reason)
    {
        // The host has been up for 100 s.
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        var id = (await JobHosts.RunAsync(server, "long")).Text("id");
        var looks = hosts.Asked(Box, "look");
        await DgxCalls.UntilAsync(() => PassesAsync(() => hosts.Asked(Box, "look") > looks + 1));
        var end = server.Clock.Elapsed() + TimeSpan.FromSeconds(seconds);
        await DgxCalls.UntilAsync(() => PassesAsync(() => server.Clock.Elapsed() >= end));

        server.Clock.SetWall(TimeSpan.FromHours(hours));
        hosts.Vanish(Box, id);

        await DgxCalls.UntilAsync(async () =>
            await PassesAsync(() => true) && (await server.JsonAsync("/api/dgx/jobs/long")).Text("status") == "failed");
        Assert.Equal(reason, (await server.JsonAsync("/api/dgx/jobs/long")).Text("reason"));

        Task<bool> PassesAsync(Func<bool> until)
        {
            server.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(until());
        }
    }

    [Fact]
    public async Task A_job_that_is_cancelled_while_its_host_is_looked_at_keeps_its_output()
    {
        var hosts = new JobHosts { Printed = "here" };
        await using var server = await hosts.StartAsync();
        var id = (await JobHosts.RunAsync(server, "long")).Text("id");
        await JobHosts.RunAsync(server, "other");
        var looks = 0;
        hosts.Looking = async seen =>
        {
            if (!seen.Contains($"pane {id} 0", StringComparison.Ordinal) || Interlocked.Increment(ref looks) > 1)
            {
                return seen;
            }

            // The pane is seen dead of the cancelling, and is gone before its output is read.
            await server.DoAsync("POST", "/api/dgx/jobs/long/cancel");
            return seen.Replace($"pane {id} 0 - - -\n", $"pane {id} 1 - - 15\n{seen.Split(' ')[0]} tail {id}\n\n", StringComparison.Ordinal);
        };
        await PassAsync(() => looks > 0 && hosts.On(Box).Count == 1);
        var after = hosts.Asked(Box, "look");
        await PassAsync(() => hosts.Asked(Box, "look") > after + 2);

        Assert.Equal(
            ["here"], (await server.JsonAsync("/api/dgx/jobs/long/output")).GetProperty("lines").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal(("cancelled", 0), ((await server.JsonAsync("/api/dgx/jobs/long")).Text("status"), hosts.Asked(Box, "release")));

        Task PassAsync(Func<bool> holds) => DgxCalls.UntilAsync(() =>
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(200));
            return Task.FromResult(holds());
        });
    }

    [Fact]
    public async Task Force_takes_the_host_along_where_it_is_there()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        await JobHosts.RunAsync(server, "long");

        var job = await server.DoAsync("POST", "/api/dgx/jobs/long/cancel?force=true");

        Assert.Equal(("cancelled", "null"), (job.Text("status"), job.Text("reason")));
        Assert.Empty(hosts.On(Box));
    }

    [Fact]
    public async Task An_ended_job_whose_session_is_there_still_is_not_removed()
    {
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        await JobHosts.RunAsync(server, "ended");
        var jobs = server.Services.GetRequiredService<Jobs>();
        Assert.True((await jobs.ChangeAsync("ended", j => j with { Status = JobStatus.Failed }, Stop)).Success);
        hosts.Broken[Box] = 0;

        Assert.Equal((409, "status"), await server.RefusedAsync("DELETE", "/api/dgx/jobs/ended"));
        Assert.Equal((409, "jobs"), await server.RefusedAsync("DELETE", "/api/dgx/projects/vision?cascade=true"));
        Assert.Equal((409, "jobs"), await server.RefusedAsync("DELETE", "/api/dgx/connections/dgx-1?cascade=true"));
        Assert.Equal((409, "status"), await server.RefusedAsync("POST", "/api/dgx/jobs/ended/cancel"));

        Assert.Equal("failed", (await server.DoAsync("POST", "/api/dgx/jobs/ended/cancel?force=true")).Text("status"));
        await server.DoAsync("DELETE", "/api/dgx/connections/dgx-1?cascade=true");
    }

    [Fact]
    public async Task Many_jobs_that_have_printed_much_are_seen_to_end()
    {
        const int count = 40;
        var hosts = new JobHosts();
        await using var server = await hosts.StartAsync();
        var jobs = server.Services.GetRequiredService<Jobs>();
        var tail = string.Concat(Enumerable.Repeat(new string('x', 1023) + "\n", 256));
        for (var n = 0; n < count; n++)
        {
            var job = await jobs.AddAsync(new Job { Name = $"j{n}", ProjectId = "vision", Status = JobStatus.Running }, Stop);
            hosts.End(Box, job.Value!.Id, tail);
            await jobs.ChangeAsync(job.Value.Id, j => j with { Session = $"s{n}" }, Stop);
        }

        await DgxCalls.UntilAsync(async () =>
        {
            server.Clock.Advance(TimeSpan.FromMilliseconds(200));
            return (await server.NamesAsync("/api/dgx/jobs?status=completed")).Count == count && hosts.On(Box).Count == 0;
        });
    }
}
