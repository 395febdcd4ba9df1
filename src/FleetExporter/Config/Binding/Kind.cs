using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Config.Binding;

/// <summary>Reads a value, or notes why it cannot and returns false. Of the nullable ones the value is set exactly when it returns true.</summary>
internal delegate bool ReadValue<T>(Field field, out T? value);

/// <summary>Reads a text; the value is set when it returns true, the error when it returns false.</summary>
/// <param name="text">Never null; may be empty.</param>
/// <param name="value">The value.</param>
/// <param name="error">What is wrong, said of the text: "is not …; give …".</param>
internal delegate bool ParseText<T>(string text, out T? value, out string? error);

/// <summary>One kind of value: what the documentation says about it and how it is read.</summary>
/// <param name="Type">The kind in a word or two: "duration".</param>
/// <param name="Range">What is allowed, in words; empty when the type says it all.</param>
/// <param name="Read">How it is read.</param>
/// <param name="IsSecret">Messages never show the value.</param>
internal sealed record Kind<T>(string Type, string Range, ReadValue<T> Read, bool IsSecret = false)
{
    public Kind<T> Secret() => this with { IsSecret = true };

    public bool TryRead(Field field, [NotNullWhen(true)] out T? value) =>
        Read(field with { IsSecret = IsSecret || field.IsSecret }, out value) && value is not null;
}
