using FleetExporter.Config;

namespace FleetExporter.Views;

/// <summary>A key of <see cref="ConfigView"/>: name and scopes, without the hash.</summary>
internal sealed record AccessKeyView(string Name, IReadOnlyList<string> Scopes)
{
    internal static AccessKeyView Of(AccessKey key) => new(key.Name, [.. key.Scopes.Select(s => s.Word())]);
}
