using FleetExporter.Api.Http;
using FleetExporter.Store;
using FleetExporter.Tests.Api.Resources;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace FleetExporter.Tests.Api;

/// <summary>Which resource a path names in different encodings.</summary>
public sealed class RawPathTests
{
    [Theory]
    [InlineData("/api/dgx/jobs/A/cancel", 1, "A")]
    [InlineData("/api/dgx/jobs/A/cancel/", 1, "A")]
    [InlineData("/api/dgx/jobs/A/cancel/?x=/y/", 1, "A")]
    [InlineData("/api/dgx/jobs/A/cancel/B/..", 1, "A")]
    [InlineData("/api/dgx/jobs/A/cancel/B/%2e%2E/", 1, "A")]
    [InlineData("/../../api/dgx/jobs/./A", 0, "A")]
    [InlineData("http://box:9470/api/dgx/jobs/A/", 0, "A")]
    [InlineData("/api/dgx/jobs/a%2Fb", 0, "a/b")]
    [InlineData("/api/dgx/jobs/a%252Fb/", 0, "a%2Fb")]
    [InlineData("/api/dgx/jobs/a%2F../", 0, "a/..")]
    public void A_segment_is_the_one_that_the_router_matched(string target, int fromEnd, string expected)
    {
        var context = new DefaultHttpContext();
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;

        Assert.Equal(expected, RawPath.Segment(context.Request, fromEnd));
    }

    [Fact]
    public async Task A_trailing_slash_names_the_same_job()
    {
        await using var server = await ApiServer.StartAsync();
        var stop = TestContext.Current.CancellationToken;
        Assert.True((await server.Services.GetRequiredService<Connections>()
            .AddAsync(new Connection { Name = "elsewhere", Hostname = "elsewhere" }, stop)).Success);
        Assert.True((await server.Services.GetRequiredService<Projects>()
            .AddAsync(new Project { ConnectionId = "elsewhere", Name = "vision" }, stop)).Success);
        foreach (var name in new[] { "A", "cancel" })
        {
            await server.DoAsync("POST", "/api/dgx/jobs", $$"""{"project_id":"vision","name":"{{name}}","status":"running"}""");
        }

        var cancelled = await server.DoAsync("POST", "/api/dgx/jobs/A/cancel/");

        Assert.Equal(("A", "cancelled"), (cancelled.Text("name"), cancelled.Text("status")));
        Assert.Equal("running", (await server.JsonAsync("/api/dgx/jobs/cancel/")).Text("status"));
    }

    [Fact]
    public async Task A_trailing_slash_names_the_same_session()
    {
        await using var server = await ApiServer.StartAsync();

        Assert.Equal("a:train", (await server.JsonAsync("/api/sessions/a%3Atrain/")).Text("id"));
        var (status, asked) = await server.CallAsync("POST", "/api/sessions/a%3Atrain/kill/", """{"force":true}""");
        Assert.Equal((428, "a:train"), (status, asked.GetProperty("session").Text("id")));
    }
}
