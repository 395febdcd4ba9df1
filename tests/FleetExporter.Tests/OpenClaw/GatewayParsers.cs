using System.Collections;
using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>All parsers by method.</summary>
internal static class GatewayParsers
{
    public static IReadOnlyDictionary<string, Func<JsonElement, object>> All { get; } = new Dictionary<string, Func<JsonElement, object>>
    {
        ["health"] = GatewayHealth.Parse,
        ["status"] = GatewayStatus.Parse,
        ["system.info"] = GatewaySystem.Parse,
        ["channels.status"] = GatewayChannels.Parse,
        ["sessions.list"] = GatewaySessions.Parse,
        ["sessions.usage"] = GatewayUsage.Parse,
        ["usage.cost"] = GatewayCost.Parse,
        ["usage.status"] = GatewayQuotas.Parse,
        ["cron.list"] = GatewayCrons.Parse,
        ["cron.runs"] = GatewayCronRuns.Parse,
        ["tasks.list"] = GatewayTasks.Parse,
        ["diagnostics.lanes"] = GatewayLanes.Parse,
        ["agents.list"] = GatewayAgents.Parse,
        ["infrastructure"] = GatewayInfrastructure.Parse,
        ["config.get"] = GatewayConfiguration.Parse,
        ["sessions.preview"] = GatewayPreviews.Parse,
    };

    /// <summary>Whether the payload is rejected, or parsed without NaN, negative numbers and names over the limit.</summary>
    public static bool IsReadOrRefused(Func<JsonElement, object> parse, JsonElement payload)
    {
        try
        {
            return IsSound(parse(payload));
        }
        catch (FormatException)
        {
            return true;
        }
    }

    public static bool IsSound(object? value) => value switch
    {
        null or DateTimeOffset or bool => true,
        TimeSpan time => time >= TimeSpan.Zero,
        double number => double.IsFinite(number) && number >= 0,
        string text => text.Length <= 1000 && !text.Any(char.IsControl),
        IDictionary map => map.Keys.Cast<object>().All(IsSound) && map.Values.Cast<object?>().All(IsSound),
        IEnumerable items => items.Cast<object?>().All(IsSound),
        TargetFailureException => true,
        _ when value.GetType().IsPrimitive || value.GetType().IsEnum => true,
        _ => value.GetType().GetProperties()
            .Where(static p => p.GetMethod is { IsStatic: false } && p.GetIndexParameters().Length == 0).All(p => IsSound(p.GetValue(value))),
    };
}
