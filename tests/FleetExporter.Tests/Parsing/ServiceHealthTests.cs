using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class ServiceHealthTests
{
    [Theory]
    [InlineData(200, """{"status":"ok","model":"whisper-large-v3","service":"stt"}""", ServingState.Ok, "whisper-large-v3", "stt")]
    [InlineData(200, """{"status":"loading","model":"flux"}""", ServingState.Loading, "flux", null)]
    [InlineData(503, """{"status":"loading"}""", ServingState.Loading, null, null)]
    [InlineData(200, """{"status":"ok","model":null,"service":7,"more":[{}]}""", ServingState.Ok, null, null)]
    [InlineData(200, """{"status":" ok ","model":"","service":"a\u001bb"}""", ServingState.Ok, null, "a b")]
    public void Health_is_parsed(int status, string body, ServingState state, string? model, string? service) =>
        Assert.Equal(new ServiceHealth(state, model, service), ServiceHealth.Parse(status, body));

    [Theory]
    [InlineData(
        200, """{"status":"error","error":"CUDA out of memory"}""", TargetFailure.ReportedError,
        "status 200, reported error: CUDA out of memory")]
    [InlineData(500, """{"status":"error"}""", TargetFailure.ReportedError, "status 500, reported error")]
    [InlineData(200, """{"status":"healthy"}""", TargetFailure.Body, "the status in the body is 'healthy', not ok, loading or error")]
    [InlineData(200, """{"model":"x"}""", TargetFailure.Body, """the body has no status: '{"model":"x"}'""")]
    [InlineData(200, "[]", TargetFailure.Body, "the body has no status: '[]'")]
    [InlineData(200, "<html>\u001b[31m</html>", TargetFailure.Body, "the body is not JSON: '<html> [31m</html>'")]
    [InlineData(200, "", TargetFailure.Body, "the body is not JSON: nothing")]
    [InlineData(404, "Not Found", TargetFailure.Status, "status 404: 'Not Found'")]
    [InlineData(500, """{"status":"ok"}""", TargetFailure.Status, "status 500: '{")]
    [InlineData(500, """{"status":"loading"}""", TargetFailure.Status, "status 500: '{")]
    [InlineData(204, "", TargetFailure.Status, "status 204: nothing")]
    public void Fails_with_a_reason(int status, string body, TargetFailure reason, string message)
    {
        var failure = Assert.Throws<TargetFailureException>(() => ServiceHealth.Parse(status, body));

        Assert.Equal(reason, failure.Reason);
        Assert.StartsWith(message, failure.Message, StringComparison.Ordinal);
    }
}
