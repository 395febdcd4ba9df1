using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>The authenticated or anonymous sender of a request.</summary>
/// <param name="Name">Name of the key.</param>
/// <param name="Scopes">Scopes of the key.</param>
/// <param name="Key">Hash of the key; null for an anonymous caller.</param>
internal sealed record Caller(string Name, IReadOnlyList<Scope> Scopes, KeyHash? Key)
{
    /// <summary>The device that the key belongs to; null for other keys.</summary>
    public string? Device { get; init; }

    /// <summary>The use of the caller's ticket; null without a ticket.</summary>
    public StreamUse? Stream { get; init; }

    public static readonly Caller Anonymous = new(AccessKey.Anonymous, [Scope.Read], null);

    /// <summary>A caller without a key, where <c>anonymous_control</c> allows it.</summary>
    public static readonly Caller AnonymousControl = new(AccessKey.Anonymous, [Scope.Control], null);

    public bool May(Scope scope) => Scopes.Allow(scope);

    /// <summary>Its scopes, including implied ones.</summary>
    public IReadOnlyList<string> Rights => [.. Enum.GetValues<Scope>().Where(May).Select(s => s.Word())];
}
