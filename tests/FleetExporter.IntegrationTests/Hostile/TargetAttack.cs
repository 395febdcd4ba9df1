using FleetExporter.Tests;
using FleetExporter.Tests.Remote;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>What a hostile target answers.</summary>
/// <param name="Section">Its section of fleet.yml.</param>
/// <param name="Reason">Why it has to fail; empty where it has to count as good.</param>
/// <param name="ExpectedMessage">Part of the failure's message.</param>
/// <param name="Play">Gives a server its answers.</param>
internal sealed record TargetAttack(string Name, string Section, string Reason, string ExpectedMessage, Action<ScriptedServer> Play)
{
    /// <summary>Time under attack.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(LongForm.Count(3, 60));

    public static IReadOnlyList<TargetAttack> All { get; } = [.. HttpAttacks.All, .. GatewayAttacks.All];

    public static TargetAttack Of(string name) => All.Single(a => a.Name == name);

    /// <summary>The target as fleet.yml names it.</summary>
    public string Config(ScriptedServer server)
    {
        var url = Section == "gateways" ? $"ws://{server.Authority}/" : server.Url().ToString();
        return $"{Section}: [{{ name: {HostileFleet.Hostile}, url: \"{url}\", timeout: 1s{(Section == "providers" ? ", kind: llama_cpp" : "")} }}]";
    }
}
