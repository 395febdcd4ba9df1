using FleetExporter.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Http;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457).</summary>
internal static class Problem
{
    public static ProblemHttpResult Of(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    /// <summary>A status that says it all.</summary>
    public static ProblemHttpResult Of(int status) => TypedResults.Problem(statusCode: status);

    public static ProblemHttpResult NotFound(string what, string name) => Of(404, $"Unknown {what}", $"There is no {what} called {name}.");

    /// <summary>400 with what is wrong per field.</summary>
    public static ValidationProblem Invalid(string field, string message) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [message] }, title: "Invalid request");

    /// <summary>422 with what is wrong per field.</summary>
    public static ProblemHttpResult Unprocessable(string field, string message) =>
        Unprocessable(new Dictionary<string, string[]> { [field] = [message] });

    public static ProblemHttpResult Unprocessable(Dictionary<string, string[]> errors) => TypedResults.Problem(
        string.Join(' ', errors.Values.SelectMany(e => e)), statusCode: 422, title: "Invalid values",
        extensions: new Dictionary<string, object?> { ["errors"] = errors });

    /// <summary>Why the store did not do it: 404, 409, or 503 where another try may help.</summary>
    public static IResult Of(StoreError error) => error switch
    {
        StoreError.NotFound missing => Of(404, $"Unknown {missing.Kind}", $"There is no such {missing.Kind}."),
        StoreError.Conflict conflict => TypedResults.Problem(
            conflict.Message, statusCode: 409, title: "Conflict",
            extensions: new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { [conflict.Field] = [conflict.Message] } }),
        StoreError.Busy => Later("The store is busy", "Too many calls write at once; try again."),
        StoreError.Full => Later("The store is full", "The disk of the store is full."),
        _ => Later("The store is not available", "What is kept cannot be read or written now; the service's log says why."),
    };

    /// <summary>503: the audit does not take a call that acts on a host, so that nothing was done.</summary>
    internal static IResult NotAudited(StoreError error) => Later(
        "Not audited", "Nothing was done: what acts on a host is audited first, and " + error switch
        {
            StoreError.Busy => "too many calls write at once.",
            StoreError.Full => "the disk of the store is full.",
            _ => "the audit cannot be written now; the service's log says why.",
        });

    private static RetryLater Later(string title, string detail) => new(Of(503, title, detail));
}

/// <summary>A problem that may be over in a few seconds, and says so with Retry-After.</summary>
internal sealed class RetryLater(ProblemHttpResult problem) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => problem.StatusCode;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.RetryAfter = "5";
        return problem.ExecuteAsync(httpContext);
    }
}
