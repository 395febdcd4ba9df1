using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using FleetExporter.Api.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace FleetExporter.Api.Access;

/// <summary>Reads the body of a request.</summary>
internal static class JsonBody
{
    private const int MostErrors = 20;

    public static readonly ProblemHttpResult TooLarge = Problem.Of(413, "Too large", $"A body may have {BodyRules.MaxBytes / 1024 / 1024} MiB.");

    /// <summary>Half a surrogate pair, in an escape or as it stands.</summary>
    private static readonly ProblemHttpResult HalfPair = Unreadable("a text in it is no Unicode");

    /// <returns>
    /// The body, or why there is none: 400 for what is no JSON of the right form, 413 for what is too long, 422 for a field that
    /// <typeparamref name="T"/> does not have.
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
            // The message may quote the body, which may hold a key; the place is enough.
            return (
                null, Unreadable(failure.Path is { Length: > 0 } path ? $"the mistake is at {Printable.Line(path, 100)}" : "it cannot be parsed"));
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            return (null, HalfPair);
        }
        catch (BadHttpRequestException failure)
        {
            return (null, failure.StatusCode == 413 ? TooLarge : Unreadable("it ended early"));
        }
    }

    /// <summary>The same where a body may be left out.</summary>
    /// <param name="none">What an absent one stands for.</param>
    public static async Task<(T? Body, ProblemHttpResult? Problem)> ReadAsync<T>(HttpContext context, T none)
        where T : class =>
        await IsThereAsync(context).ConfigureAwait(false) ? await ReadAsync<T>(context).ConfigureAwait(false) : (none, null);

    /// <summary>Whether there is a body. Looks at the first bytes where the headers leave it open, and leaves them there.</summary>
    public static async Task<bool> IsThereAsync(HttpContext context)
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

    /// <summary>Reads an object whose members the caller looks at one by one.</summary>
    /// <returns>
    /// The object, at most 32 levels deep, no name twice in it, every text in it Unicode without NUL, which no store takes; or why there is none.
    /// </returns>
    public static async Task<(JsonElement? Body, ProblemHttpResult? Problem)> ReadObjectAsync(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                context.Request.Body, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 32 },
                context.RequestAborted).ConfigureAwait(false);
            return document.RootElement.ValueKind != JsonValueKind.Object ? (null, Unreadable("it is no object"))
                : !IsText(document.RootElement) ? (null, Unreadable("there is a NUL in it"))
                : (document.RootElement.Clone(), null);
        }
        catch (JsonException)
        {
            return (null, Unreadable("it cannot be parsed"));
        }
        catch (Exception failure) when (failure is InvalidOperationException or ArgumentException)
        {
            return (null, HalfPair);
        }
        catch (BadHttpRequestException failure)
        {
            return (null, failure.StatusCode == 413 ? TooLarge : Unreadable("it ended early"));
        }
    }

    /// <summary>
    /// Says of every member that the form does not have that it is unknown. A form without members of its own, a document, takes any.
    /// </summary>
    /// <exception cref="InvalidOperationException">Half a surrogate pair.</exception>
    private static Dictionary<string, string[]> Unknown(JsonElement body, JsonTypeInfo form, JsonSerializerOptions options)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (form.Kind == JsonTypeInfoKind.Object)
        {
            var known = form.Properties.Select(p => p.Name).ToList();
            var names = options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
            foreach (var member in body.EnumerateObject().Where(m => !known.Contains(m.Name, names)).TakeWhile(_ => errors.Count < MostErrors))
            {
                errors[Printable.Line(member.Name, 80)] = [$"There is no such field; known are {string.Join(", ", known)}."];
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

    private static ProblemHttpResult Unreadable(string why) =>
        Problem.Of(400, "Unreadable body", $"The body is not the JSON that is expected here: {why}.");
}
