using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class OpenAiTests
{
    public const string Vllm = """
        {"object":"list","data":[{"id":"Qwen/Qwen3-32B","object":"model","created":1,"owned_by":"vllm",
        """
        + """
        "root":"Qwen/Qwen3-32B","parent":null,"max_model_len":40960,"permission":[]},
        {"id":"my-lora","object":"model","owned_by":"vllm","root":"/loras/my","parent":"Qwen/Qwen3-32B"}]}
        """;

    [Fact]
    public void Models_are_listed_in_order_each_once()
    {
        Assert.Equal(["Qwen/Qwen3-32B", "my-lora"], OpenAi.ParseModels(200, Vllm).Select(m => m.Id));
        Assert.Equal(["a"], OpenAi.ParseModels(200, """{"data":[{"id":"a"},{"id":"a"},{"id":""},{},7,null]}""").Select(m => m.Id));
        Assert.Empty(OpenAi.ParseModels(200, """{"data":[]}"""));
    }

    [Theory]
    [InlineData("""{"n_params":596049920,"n_ctx_train":40960}""", 596_049_920L, 40_960L)]
    [InlineData("""{"n_params":-1,"n_ctx_train":"40960"}""", null, null)]
    [InlineData("""{"n_params":1e999,"n_ctx_train":0.5}""", null, null)]
    [InlineData("[]", null, null)]
    [InlineData("null", null, null)]
    public void Model_metadata_is_a_whole_number_or_absent(string meta, long? parameters, long? context) => Assert.Equal(
        [new ServedModel("a", null, parameters, context)], OpenAi.ParseModels(200, $$"""{"data":[{"id":"a","meta":{{meta}} }]}"""));

    [Theory]
    [InlineData(200, "{}", TargetFailure.Body)]
    [InlineData(200, """{"data":{}}""", TargetFailure.Body)]
    [InlineData(200, "<html>", TargetFailure.Body)]
    [InlineData(404, Vllm, TargetFailure.Status)]
    public void A_body_without_a_list_fails_with_a_reason(int status, string body, TargetFailure reason) =>
        Assert.Equal(reason, Assert.Throws<TargetFailureException>(() => OpenAi.ParseModels(status, body)).Reason);

    [Fact]
    public void Health_of_vllm_and_sglang_differs_in_what_503_means()
    {
        Assert.Equal(ServingState.Ok, FleetExporter.Parsing.Vllm.ParseHealth(200, ""));
        Assert.Equal(ServingState.Loading, FleetExporter.Parsing.Vllm.ParseHealth(503, "Loading weights"));
        Assert.Equal(
            TargetFailure.ReportedError, Assert.Throws<TargetFailureException>(() => FleetExporter.Parsing.Vllm.ParseHealth(503, "")).Reason);
        Assert.Equal(TargetFailure.Status, Assert.Throws<TargetFailureException>(() => FleetExporter.Parsing.Vllm.ParseHealth(404, "")).Reason);
        Assert.Equal(ServingState.Ok, Sglang.ParseHealth(200, ""));
        Assert.Equal(ServingState.Loading, Sglang.ParseHealth(503, ""));
        Assert.Equal(TargetFailure.Status, Assert.Throws<TargetFailureException>(() => Sglang.ParseHealth(500, "")).Reason);
    }
}
