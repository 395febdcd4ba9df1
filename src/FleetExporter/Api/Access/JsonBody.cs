using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FleetExporter.Api.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Access;

/// <summary>Reads the body of a request.</summary>
internal static class JsonBody
{
    private const int MaxErrors = 20;

    public static readonly ProblemHttpResult TooLarge = Problem.Of(413, "Too large", $"The body exceeds {BodyRules.MaxBytes / 1024 / 1024} MiB.");

    /// <summary>Unpaired surrogate, escaped or literal.</summary>
    private static readonly ProblemHttpResult UnpairedSurrogate = Unreadable("it contains text that is not valid Unicode");

    /// <returns>
    /// The body, or a problem: 400 for invalid JSON or a type mismatch, 413 for a body over the limit, 422 for a field unknown to
    /// <typeparamref name="T"/>.
    /// </returns>
    public static async Task<(T? Body, ProblemHttpResult? Problem)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        var options = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        try
        {
            using var document = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
            var body = document.Deserialize<T>(options);
            return body is null ? (null, Unreadable("it is null"))
                : Unknown(document.RootElement, options.GetTypeInfo(typeof(T)), options) is { Count: > 0 } unknown
                    ? (null, Problem.Unprocessable(unknown))
                : (body, null);
        }
        catch (JsonException failure)
        {
            // The message may quote the body, which may hold a key: report only a path.
            return (
                null, Unreadable(failure.Path is { Length: > 0 } path ? $"the error is at {Printable.Line(path, 100)}" : "it cannot be parsed"));
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            return (null, UnpairedSurrogate);
        }
        catch (BadHttpRequestException failure)
        {
            return (null, failure.StatusCode == 413 ? TooLarge : Unreadable("it ended early"));
        }
    }

    /// <summary>Reads an optional body.</summary>
    /// <param name="defaultBody">Value if it is absent.</param>
    public static async Task<(T? Body, ProblemHttpResult? Problem)> ReadAsync<T>(HttpContext context, T defaultBody)
        where T : class =>
        await HasBodyAsync(context).ConfigureAwait(false) ? await ReadAsync<T>(context).ConfigureAwait(false) : (defaultBody, null);

    /// <summary>Whether there is a body. Peeks at the first bytes if the headers do not tell.</summary>
    public static async Task<bool> HasBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is { } length)
        {
            return length > 0;
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true)
        {
            return false;
        }

        try
        {
            var start = await context.Request.BodyReader.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            context.Request.BodyReader.AdvanceTo(start.Buffer.Start);
            return !start.Buffer.IsEmpty;
        }
        catch (BadHttpRequestException)
        {
            return true;
        }
    }

    /// <summary>Reads an object for validation by field.</summary>
    /// <returns>
    /// The object (at most 32 levels, no duplicate names, valid Unicode without NUL, which databases reject), or a problem.
    /// </returns>
    public static async Task<(JsonElement? Body, ProblemHttpResult? Problem)> ReadObjectAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                context.Request.Body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 },
                context.RequestAborted).ConfigureAwait(false);
            return document.RootElement.ValueKind != JsonValueKind.Object ? (null, Unreadable("it is not an object"))
                : !IsText(document.RootElement) ? (null, Unreadable("it contains a NUL character"))
                : (document.RootElement.Clone(), null);
        }
        catch (JsonException)
        {
            return (null, Unreadable("it cannot be parsed"));
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            return (null, UnpairedSurrogate);
        }
        catch (BadHttpRequestException failure)
        {
            return (null, failure.StatusCode == 413 ? TooLarge : Unreadable("it ended early"));
        }
    }

    /// <summary>
    /// Reports members that are not properties of the type. A type without properties, such as JsonDocument, accepts all.
    /// </summary>
    /// <exception cref="InvalidOperationException">Half a surrogate pair.</exception>
    private static Dictionary<string, string[]> Unknown(JsonElement body, JsonTypeInfo form, JsonSerializerOptions options)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (form.Kind == JsonTypeInfoKind.Object)
        {
            var allowed = form.Properties.Select(p => p.Name).ToList();
            var names = options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
            foreach (var member in body.EnumerateObject().Where(m => !allowed.Contains(m.Name, names)).TakeWhile(_ => errors.Count < MaxErrors))
            {
                errors[Printable.Line(member.Name, 80)] = [$"Unknown field; allowed are {string.Join(", ", allowed)}."];
            }
        }

        return errors;
    }

    /// <exception cref="InvalidOperationException">Half a surrogate pair.</exception>
    private static bool IsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => !value.GetString()!.Contains('\0'),
        JsonValueKind.Array => value.EnumerateArray().All(IsText),
        JsonValueKind.Object => value.EnumerateObject().All(m => !m.Name.Contains('\0') && IsText(m.Value)),
        _ => true,
    };

    private static ProblemHttpResult Unreadable(string reason) =>
        Problem.Of(400, "Unreadable body", $"The body is not the expected JSON: {reason}.");
}
