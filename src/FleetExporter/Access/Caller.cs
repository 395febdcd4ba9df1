using FleetExporter.Config;

namespace FleetExporter.Access;

/// <summary>Who makes a request.</summary>
/// <param name="Name">Name of the key.</param>
/// <param name="Scopes">As the key has them.</param>
/// <param name="Key">The key's hash; null for who gave none.</param>
internal sealed record Caller(string Name, IReadOnlyList<Scope> Scopes, KeyHash? Key)
{
    /// <summary>The device whose own key it is; null for every other key.</summary>
    public string? Device { get; init; }

    /// <summary>Of who came with a ticket; null for everybody else.</summary>
    public StreamUse? Stream { get; init; }

    public static readonly Caller Anonymous = new(AccessKey.Anonymous, [Scope.Read], null);

    /// <summary>Who gives no key where <c>anonymous_control</c> allows it.</summary>
    public static readonly Caller AnonymousControl = new(AccessKey.Anonymous, [Scope.Control], null);

    public bool May(Scope scope) => Scopes.Allow(scope);

    /// <summary>What it may do, with what its scopes imply.</summary>
    public IReadOnlyList<string> Rights => [.. Enum.GetValues<Scope>().Where(May).Select(s => s.Word())];
}
