using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class LlamaCppTests
{
    public const string OneModel = """
        {"models":[{"name":"qwen.gguf","type":"model"}],"object":"list","data":
        """
        + """
        [{"id":"qwen.gguf","object":"model","created":1735142223,"owned_by":"llamacpp",
        "meta":{"vocab_type":2,"n_ctx_train":131072,"n_params":8030261312,"size":4912898304}}]}
        """;

    public const string Router = """
        {"data":[{"id":"ggml-org/gemma-3-4b-it-GGUF:Q4_K_M","in_cache":true,"object":"model","owned_by":"llamacpp",
        """
        + """
        "status":{"value":"loaded","args":["llama-server"]}},
        {"id":"qwen","object":"model","owned_by":"llamacpp","status":{"value":"unloaded"}},
        """
        + """
        {"id":"big","owned_by":"llamacpp","status":{"value":"loading"}}],"object":"list"}
        """;

    public const string Loading = """{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}""";

    public const string Props = """{"default_generation_settings":{"id":0,"n_ctx":8192},"total_slots":4,"model_path":"""
        + "\"qwen.gguf\",\"build_info\":\"b6700-0a1b2c3d\",\"is_sleeping\":false}";

    public const string Slots = """[{"id":0,"n_ctx":8192,"is_processing":false},{"id":1,"n_ctx":8192,"is_processing":true,"params":{"seed":1}}]""";

    public const string Disabled = """{"error":{"code":501,"message":"This server does not support metrics endpoint. """
        + """Start it with `--metrics`","type":"not_supported_error"}}""";

    public const string Metrics = """
        # HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
        # TYPE llamacpp:prompt_tokens_total counter
        llamacpp:prompt_tokens_total 1234
        llamacpp:tokens_predicted_total 5678
        # TYPE llamacpp:prompt_tokens_seconds gauge
        llamacpp:prompt_tokens_seconds 512.25
        llamacpp:predicted_tokens_seconds 3.5e1
        llamacpp:requests_processing 1
        llamacpp:requests_deferred 2
        """;

    [Fact]
    public void A_server_of_one_model_is_no_router()
    {
        var found = LlamaCpp.ParseModels(200, OneModel);

        Assert.False(found.IsRouter);
        Assert.Equal([new ServedModel("qwen.gguf", Parameters: 8_030_261_312, TrainedContext: 131_072)], found.Models);
    }

    [Fact]
    public void A_router_reports_for_each_model_whether_it_is_loaded()
    {
        var found = LlamaCpp.ParseModels(200, Router);

        Assert.True(found.IsRouter);
        Assert.Equal([new("ggml-org/gemma-3-4b-it-GGUF:Q4_K_M", true), new("qwen", false), new ServedModel("big", false)], found.Models);
    }

    [Theory]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":[{"id":"a"},{"id":"b"}]}""")]
    [InlineData("""{"data":[{"id":"a","status":{"value":"unloaded"}}]}""")]
    [InlineData("""{"data":[{"id":"a","status":"loaded"}]}""")]
    [InlineData("""{"data":[{"id":"a","owned_by":"llama-swap"}]}""")]
    public void A_server_that_may_load_models_on_demand_is_a_router(string body) => Assert.True(LlamaCpp.ParseModels(200, body).IsRouter);

    [Theory]
    [InlineData(200, """{"status":"ok"}""", ServingState.Ok)]
    [InlineData(200, """{"status":"no slot available","slots_idle":0}""", ServingState.Ok)]
    [InlineData(200, "OK", ServingState.Ok)]
    [InlineData(503, Loading, ServingState.Loading)]
    [InlineData(503, """{"status":"loading model"}""", ServingState.Loading)]
    [InlineData(200, """{"status":"loading model"}""", ServingState.Loading)]
    public void Health_is_ok_or_loading(int status, string body, ServingState state) => Assert.Equal(state, LlamaCpp.ParseHealth(status, body));

    [Theory]
    [InlineData(500, """{"status":"error"}""", TargetFailure.ReportedError)]
    [InlineData(200, """{"status":"error"}""", TargetFailure.ReportedError)]
    [InlineData(503, "upstream is down", TargetFailure.Status)]
    [InlineData(404, "", TargetFailure.Status)]
    public void Health_fails_with_a_reason(int status, string body, TargetFailure reason) =>
        Assert.Equal(reason, Assert.Throws<TargetFailureException>(() => LlamaCpp.ParseHealth(status, body)).Reason);

    [Fact]
    public void Properties_and_slots_are_parsed_or_absent()
    {
        Assert.Equal(new LlamaCppProps(4, "b6700-0a1b2c3d", false), LlamaCpp.ParseProps(200, Props));
        Assert.Equal(new LlamaCppProps(null, null, true), LlamaCpp.ParseProps(200, """{"is_sleeping":true,"total_slots":-1}"""));
        Assert.Equal(new LlamaCppSlots(1, 1), LlamaCpp.ParseSlots(200, Slots));
        Assert.Equal(new LlamaCppSlots(1, 1), LlamaCpp.ParseSlots(200, """[{"id":0,"state":0},{"id":1,"state":1}]"""));
        Assert.Null(LlamaCpp.ParseSlots(200, """[{"id":0}]"""));
        Assert.Null(LlamaCpp.ParseSlots(501, Disabled));
        Assert.Null(LlamaCpp.ParseProps(404, ""));
        Assert.Equal(TargetFailure.Body, Assert.Throws<TargetFailureException>(() => LlamaCpp.ParseSlots(200, "{}")).Reason);
    }

    [Fact]
    public void Metrics_are_parsed_with_any_prefix()
    {
        var found = LlamaCppMetrics.Parse(200, Metrics);

        Assert.Equal(new LlamaCppMetrics(1234, 5678, 512.25, 35, 1, 2), found);
        Assert.Equal(found, LlamaCppMetrics.Parse(200, Metrics.Replace("llamacpp:", "llamacpp_", StringComparison.Ordinal)));
        Assert.Equal(found, LlamaCppMetrics.Parse(200, Metrics.Replace("llamacpp:", "ik:llama:", StringComparison.Ordinal)
            .Replace("_total 1234", "_total{a=\"} 7\"} 1234 17", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("llamacpp:requests_deferred NaN")]
    [InlineData("llamacpp:requests_deferred +Inf")]
    [InlineData("llamacpp:requests_deferred -1")]
    [InlineData("llamacpp:requests_deferred")]
    [InlineData("llamacpp:requests_deferred{")]
    [InlineData("vllm:num_requests_running 3")]
    [InlineData("<html>")]
    public void Invalid_numbers_are_absent(string text) => Assert.Null(LlamaCppMetrics.Parse(200, text));

    [Fact]
    public void Disabled_metrics_are_absent() => Assert.Null(LlamaCppMetrics.Parse(501, Metrics));
}
