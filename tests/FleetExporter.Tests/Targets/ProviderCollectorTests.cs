using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Targets.Providers;
using FleetExporter.Tests.Collectors;
using FleetExporter.Tests.Parsing;
using FleetExporter.Tests.Remote;

namespace FleetExporter.Tests.Targets;

public sealed class ProviderCollectorTests
{
    private static readonly ProviderCollector Collector = new();

    [Fact]
    public async Task A_llama_server_is_read_with_one_request_per_endpoint_over_one_connection()
    {
        await using var server = LlamaServer();
        using var folder = new TemporaryFolder();
        var provider =
            Provider(server.Url(), ProviderKind.LlamaCpp) with { KeyFile = folder.Write("key", "k"), Unit = new UnitName("llama.service", false) };
        var unit = new SystemdUnit("system", "llama.service", "loaded", "active", "running", 3);

        var reading = await Poll.AskAsync<ProviderReading>(Collector, provider, (host, name) =>
            host == "box" && name.Name == "llama.service" ? unit : null);

        Assert.Equal(["/v1/models", "/health", "/props", "/slots", "/metrics"], server.Paths);
        Assert.Equal(1, server.Connections);
        Assert.All(server.Requests, r => Assert.Equal("Bearer k", r.Headers["Authorization"]));
        Assert.Equal((ServingState.Ok, "llama_cpp", unit), (reading.State, reading.Kind, reading.Unit));
        var page = Poll.Page(Collector, provider, reading).Where(l =>
            l.Contains("llamacpp", StringComparison.Ordinal) || l.Contains("info", StringComparison.Ordinal));
        Assert.Equal(
            [
                """fleet_llamacpp_generated_tokens_per_second{host="box",provider="llm",model="qwen.gguf"} 35""",
                """fleet_llamacpp_generated_tokens_total{host="box",provider="llm",model="qwen.gguf"} 5678""",
                """fleet_llamacpp_model_loaded{host="box",provider="llm",model="qwen.gguf"} 1""",
                """fleet_llamacpp_prompt_tokens_per_second{host="box",provider="llm",model="qwen.gguf"} 512.25""",
                """fleet_llamacpp_prompt_tokens_total{host="box",provider="llm",model="qwen.gguf"} 1234""",
                """fleet_llamacpp_requests_deferred{host="box",provider="llm"} 2""",
                """fleet_llamacpp_slots{host="box",provider="llm",state="idle"} 1""",
                """fleet_llamacpp_slots{host="box",provider="llm",state="busy"} 1""",
                """fleet_provider_info{host="box",provider="llm",kind="llama_cpp",version="b6700-0a1b2c3d"} 1""",
                """fleet_provider_model_info{host="box",provider="llm",model="qwen.gguf"} 1""",
            ],
            page);
    }

    [Fact]
    public async Task Only_model_list_and_health_of_a_router_are_read()
    {
        await using var server = LlamaServer();
        server.Answer("/v1/models", 200, LlamaCppTests.Router);
        var provider = Provider(server.Url(), ProviderKind.LlamaCpp);

        var reading = await Poll.AskAsync<ProviderReading>(Collector, provider);

        Assert.Equal(["/v1/models", "/health"], server.Paths);
        var page = Poll.Page(Collector, provider, reading);
        Assert.Contains("""fleet_llamacpp_model_loaded{host="box",provider="llm",model="ggml-org/gemma-3-4b-it-GGUF:Q4_K_M"} 1""", page);
        Assert.Contains("""fleet_llamacpp_model_loaded{host="box",provider="llm",model="qwen"} 0""", page);
    }

    [Fact]
    public async Task A_server_that_sleeps_is_left_asleep()
    {
        await using var server = LlamaServer();
        server.Answer("/props", 200, """{"total_slots":4,"is_sleeping":true}""");
        var provider = Provider(server.Url(), ProviderKind.LlamaCpp);

        var reading = await Poll.AskAsync<ProviderReading>(Collector, provider);

        Assert.Equal(["/v1/models", "/health", "/props"], server.Paths);
        Assert.Contains("""fleet_llamacpp_model_loaded{host="box",provider="llm",model="qwen.gguf"} 0""", Poll.Page(Collector, provider, reading));
    }

    [Fact]
    public async Task Disabled_endpoints_are_absent_and_slots_come_from_the_others()
    {
        await using var server = LlamaServer();
        server.Answer("/slots", 501, LlamaCppTests.Disabled);
        var provider = Provider(server.Url(), ProviderKind.LlamaCpp);
        Assert.Contains(
            """fleet_llamacpp_slots{host="box",provider="llm",state="idle"} 3""",
            Poll.Page(Collector, provider, await Poll.AskAsync(Collector, provider)));

        server.Answer("/metrics", 501, LlamaCppTests.Disabled).Answer("/props", 404, "");
        var bare = Poll.Page(Collector, provider, await Poll.AskAsync(Collector, provider));

        Assert.Contains("""fleet_provider_up{host="box",provider="llm"} 1""", bare);
        Assert.Equal(
            ["fleet_llamacpp_model_loaded"], bare.Where(l => l.StartsWith("fleet_llamacpp", StringComparison.Ordinal)).Select(l => l.Split('{')[0]));
    }

    [Fact]
    public async Task A_loading_server_gets_no_further_requests()
    {
        await using var server = LlamaServer();
        server.Answer("/health", 503, LlamaCppTests.Loading);
        var provider = Provider(server.Url(), ProviderKind.LlamaCpp);

        var page = Poll.Page(Collector, provider, await Poll.AskAsync(Collector, provider));

        Assert.Equal(["/v1/models", "/health"], server.Paths);
        Assert.Contains("""fleet_provider_up{host="box",provider="llm"} 1""", page);
        Assert.Contains("""fleet_provider_state{host="box",provider="llm",state="loading"} 1""", page);
        Assert.Contains("""fleet_llamacpp_model_loaded{host="box",provider="llm",model="qwen.gguf"} 0""", page);

        server.Answer("/v1/models", 503, LlamaCppTests.Loading);
        Assert.Equal(ServingState.Loading, (await Poll.AskAsync<ProviderReading>(Collector, provider)).State);
    }

    [Fact]
    public async Task Late_details_are_omitted_and_the_state_is_published()
    {
        await using var server = LlamaServer();
        server.Script("/slots", (_, stop) => Task.Delay(Timeout.Infinite, stop));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(4));

        var reading =
            Assert.IsType<ProviderReading>(await Poll.AskAsync(Collector, Provider(server.Url(), ProviderKind.LlamaCpp), stop: limit.Token));

        Assert.Equal((ServingState.Ok, 4, null), (reading.State, reading.LlamaCpp!.Props!.Slots, reading.LlamaCpp.Slots));
    }

    [Theory]
    [InlineData(ProviderKind.Vllm, "/health", "/v1/models")]
    [InlineData(ProviderKind.Sglang, "/health", "/v1/models")]
    [InlineData(ProviderKind.OpenAi, "/v1/models")]
    public async Task Other_kinds_have_health_and_models(ProviderKind kind, params string[] asked)
    {
        await using var server = new ScriptedServer();
        server.Answer("/health", 200, "").Answer("/v1/models", 200, OpenAiTests.Vllm);
        var provider = Provider(server.Url("/v1"), kind);

        var reading = await Poll.AskAsync<ProviderReading>(Collector, provider);

        Assert.Equal(asked, server.Paths);
        Assert.Equal(["Qwen/Qwen3-32B", "my-lora"], reading.Models.Select(m => m.Id));
        Assert.True(reading.Latency > TimeSpan.Zero);
        Assert.DoesNotContain(Poll.Page(Collector, provider, reading), l => l.StartsWith("fleet_llamacpp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ProviderKind.LlamaCpp)]
    [InlineData(ProviderKind.Vllm)]
    [InlineData(ProviderKind.Sglang)]
    [InlineData(ProviderKind.OpenAi)]
    public async Task A_wrong_and_a_missing_key_are_auth_for_every_kind(ProviderKind kind)
    {
        await using var server = LlamaServer();
        foreach (var path in (string[])[kind == ProviderKind.LlamaCpp ? "/props" : "/v1/models", "/slots", "/metrics"])
        {
            server.Answer(path, 401, """{"error":{"message":"Invalid API Key"}}""");
        }

        Assert.Equal(TargetFailure.Auth, (await Poll.FailsAsync(Collector, Provider(server.Url(), kind))).Reason);

        var before = server.Requests.Count;
        var missing = await Poll.FailsAsync(Collector, Provider(server.Url(), kind) with { KeyFile = "/no/such/key" });
        Assert.Equal(TargetFailure.Auth, missing.Reason);
        Assert.Contains("/no/such/key", missing.Message, StringComparison.Ordinal);
        Assert.Equal(before, server.Requests.Count);
    }

    [Theory]
    [InlineData("http://h:1", "http://h:1/v1/models")]
    [InlineData("http://h:1/", "http://h:1/v1/models")]
    [InlineData("http://h:1/v1", "http://h:1/v1/models")]
    [InlineData("https://h/api/v1/?a=b", "https://h/api/v1/models")]
    [InlineData("http://h/llm", "http://h/llm/v1/models")]
    public void Endpoints_are_relative_to_the_base_URL(string url, string models) =>
        Assert.Equal(models, ProviderPoller.Below(new Uri(url), "/v1/models").ToString());

    private static ScriptedServer LlamaServer() => new ScriptedServer()
        .Answer("/v1/models", 200, LlamaCppTests.OneModel)
        .Answer("/health", 200, """{"status":"ok"}""")
        .Answer("/props", 200, LlamaCppTests.Props)
        .Answer("/slots", 200, LlamaCppTests.Slots)
        .Answer("/metrics", 200, LlamaCppTests.Metrics);

    private static ProviderConfig Provider(Uri url, ProviderKind kind) => new() { Name = "llm", Host = "box", Url = url, Kind = kind };
}
