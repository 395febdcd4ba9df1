using FleetExporter.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api.Http;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457).</summary>
internal static class Problem
{
    public static ProblemHttpResult Of(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    /// <summary>A problem without a detail.</summary>
    public static ProblemHttpResult Of(int status) => TypedResults.Problem(statusCode: status);

    public static ProblemHttpResult NotFound(string what, string name) => Of(404, $"Unknown {what}", $"There is no {what} called {name}.");

    /// <summary>400 with errors per field.</summary>
    public static ValidationProblem Invalid(string field, string message) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [message] }, title: "Invalid request");

    /// <summary>422 with errors per field.</summary>
    public static ProblemHttpResult Unprocessable(string field, string message) =>
        Unprocessable(new Dictionary<string, string[]> { [field] = [message] });

    public static ProblemHttpResult Unprocessable(Dictionary<string, string[]> errors) => TypedResults.Problem(
        string.Join(' ', errors.Values.SelectMany(e => e)), statusCode: 422, title: "Invalid values",
        extensions: new Dictionary<string, object?> { ["errors"] = errors });

    /// <summary>A failed store operation: 404, 409, or 503 where a retry may help.</summary>
    public static IResult Of(StoreError error) => error switch
    {
        StoreError.NotFound missing => Of(404, $"Unknown {missing.Kind}", $"There is no such {missing.Kind}; it may have been removed."),
        StoreError.Conflict conflict => TypedResults.Problem(
            conflict.Message, statusCode: 409, title: "Conflict",
            extensions: new Dictionary<string, object?> { ["errors"] = new Dictionary<string, string[]> { [conflict.Field] = [conflict.Message] } }),
        StoreError.Changed => Of(412, "Changed meanwhile", "It has been changed since it was read; get it again and repeat the change."),
        StoreError.Busy => Temporary("The store is busy", "Too many concurrent writes; try again."),
        StoreError.Full => Temporary("The store is full", "The store's disk is full; free some space."),
        _ => Temporary("The store is unavailable", "The store cannot be read or written now; see the service's log."),
    };

    /// <summary>503: a call that acts on a host could not be audited and was not executed.</summary>
    internal static IResult NotAudited(StoreError error) => Temporary(
        "Not audited", "Nothing was done: a call that acts on a host must be audited first, and " + error switch
        {
            StoreError.Busy => "there are too many concurrent writes; try again.",
            StoreError.Full => "the store's disk is full; free some space.",
            _ => "the audit cannot be written now; see the service's log.",
        });

    private static RetryLater Temporary(string title, string detail) => new(Of(503, title, detail));
}

/// <summary>A temporary problem, with Retry-After.</summary>
internal sealed class RetryLater(ProblemHttpResult problem) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => problem.StatusCode;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.RetryAfter = "5";
        return problem.ExecuteAsync(httpContext);
    }
}
