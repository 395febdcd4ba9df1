using System.Text.Json;
using System.Text.Json.Nodes;

namespace FleetExporter.Api.Resources;

/// <summary>A writable request field.</summary>
/// <param name="Read">Parses the value; null if invalid.</param>
/// <param name="Expected">Valid values, for errors.</param>
internal sealed record BodyField<T>(string Name, string Expected, Func<JsonElement, Func<T, T>?> Read)
{
    /// <summary>Required on creation.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Also accepts null, which clears it.</summary>
    public BodyField<T> OrNull(Func<T, T> clear) =>
        this with { Expected = Expected + ", or null", Read = value => value.ValueKind == JsonValueKind.Null ? clear : Read(value) };
}

/// <summary>Field types.</summary>
internal static class BodyField
{
    public static BodyField<T> Text<T>(string name, string expected, Func<string, bool> fits, Func<T, string, T> set) => new(
        name, expected, value =>
            value.ValueKind == JsonValueKind.String && value.GetString() is { } text && fits(text) ? record => set(record, text) : null);

    public static BodyField<T> Integer<T>(string name, int min, int max, Func<T, int, T> set) => new(
        name, $"a whole number from {min} to {max}",
        value =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= min && number <= max
                ? record => set(record, number)
                : null);

    public static BodyField<T> Flag<T>(string name, Func<T, bool, T> set) => new(
        name, "true or false", value =>
            value.ValueKind is JsonValueKind.True or JsonValueKind.False ? record => set(record, value.ValueKind == JsonValueKind.True) : null);

    public static BodyField<T> Choice<T, TEnum>(string name, Func<T, TEnum, T> set)
        where TEnum : struct, Enum => new(
        name, "one of " + string.Join(", ", Words.All<TEnum>()),
        value => value.ValueKind == JsonValueKind.String
            && Enum.GetValues<TEnum>().Where(m => Words.Of(m) == value.GetString()).Select(m => (TEnum?)m).FirstOrDefault() is { } member
            ? record => set(record, member) : null);

    /// <param name="max">Maximum JSON length.</param>
    public static BodyField<T> Object<T>(string name, int max, Func<T, JsonObject, T> set) => new(
        name, $"an object of at most {max} characters of JSON",
        value =>
            value.ValueKind == JsonValueKind.Object && value.GetRawText().Length <= max ? record => set(record, JsonObject.Create(value)!) : null);
}

/// <summary>Parses and validates request fields.</summary>
/// <param name="readOnly">Read-only response fields. They are ignored, so that clients can edit and send back a response.</param>
internal sealed class BodyTable<T>(IReadOnlyList<string> readOnly, params IReadOnlyList<BodyField<T>> fields)
{
    private const int MaxErrors = 20;

    /// <param name="isNew">Whether to check required fields.</param>
    /// <returns>The change to a record, or the errors by field.</returns>
    public (Func<T, T>? Change, Dictionary<string, string[]> Errors) Read(JsonElement body, bool isNew)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        var change = static (T record) => record;
        foreach (var member in body.EnumerateObject().Where(m => !readOnly.Contains(m.Name)).TakeWhile(_ => errors.Count < MaxErrors))
        {
            if (fields.FirstOrDefault(f => f.Name == member.Name) is not { } field)
            {
                errors[Printable.Line(member.Name, 80)] = [$"Unknown field; allowed are {string.Join(", ", fields.Select(f => f.Name))}."];
            }
            else if (field.Read(member.Value) is { } set)
            {
                var previous = change;
                change = record => set(previous(record));
            }
            else
            {
                errors[field.Name] = [$"Give {field.Expected}."];
            }
        }

        foreach (var field in fields.Where(f => isNew && f.IsRequired && !body.TryGetProperty(f.Name, out _)))
        {
            errors[field.Name] = [$"Required; give {field.Expected}."];
        }

        return (errors.Count == 0 ? change : null, errors);
    }
}
