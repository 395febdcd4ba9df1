using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config.Binding;

/// <summary>Reads a value; on failure reports the error and returns false. Nullable values are set exactly when it returns true.</summary>
internal delegate bool ReadValue<T>(Field field, out T? value);

/// <summary>Parses a text; sets the value and returns true, or sets the error and returns false.</summary>
/// <param name="text">Never null; may be empty.</param>
/// <param name="value">The value.</param>
/// <param name="error">Predicate after the text: "is not …; give …".</param>
internal delegate bool ParseText<T>(string text, out T? value, out string? error);

/// <summary>One kind of value: its documentation and its reader.</summary>
/// <param name="Type">Type name: "duration".</param>
/// <param name="Range">Allowed values; empty where the type is enough.</param>
/// <param name="Read">Reads the value.</param>
/// <param name="IsSecret">Messages never show the value.</param>
internal sealed record Kind<T>(string Type, string Range, ReadValue<T> Read, bool IsSecret = false)
{
    public Kind<T> Secret() => this with { IsSecret = true };

    public bool TryRead(Field field, [NotNullWhen(true)] out T? value) =>
        Read(field with { IsSecret = IsSecret || field.IsSecret }, out value) && value is not null;
}
