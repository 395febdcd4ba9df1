using System.Diagnostics.CodeAnalysis;

namespace FleetExporter.Store;

/// <summary>A value or an error. The value of a write means that it is on disk.</summary>
internal sealed class StoreResult<T>
    where T : class
{
    private StoreResult(T? value, StoreError? error)
    {
        Value = value;
        Error = error;
    }

    public T? Value { get; }

    public StoreError? Error { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool Success => Error is null;

    public static implicit operator StoreResult<T>(T value) => new(value, null);

    public static implicit operator StoreResult<T>(StoreError error) => new(null, error);
}
