using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace FleetExporter.Api;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457).</summary>
public static class Problem
{
    public static ProblemHttpResult Of(int status, string title, string detail) => TypedResults.Problem(detail, statusCode: status, title: title);

    public static ProblemHttpResult NotFound(string what, string name) => Of(404, $"Unknown {what}", $"There is no {what} called {name}.");

    /// <summary>400 with what is wrong per field.</summary>
    public static ValidationProblem Invalid(string field, string message) =>
        TypedResults.ValidationProblem(new Dictionary<string, string[]> { [field] = [message] }, title: "Invalid request");
}
