using System.Reflection;
using FleetExporter.OpenClaw.Connection;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>Pins the closed list of requests to a gateway.</summary>
public sealed class GatewayCallTests
{
    private static readonly string[] Whole =
    [
        """agents.list {}""",
        """channels.status {"probe":false}""",
        """config.get {}""",
        """cron.list {"includeDisabled":true,"limit":200,"offset":400}""",
        """cron.runs {"id":"a\u0022b","limit":400,"scope":"job"}""",
        """cron.runs {"scope":"all","limit":200}""",
        """diagnostics.lanes {}""",
        """health {}""",
        """infrastructure {}""",
        """logs.tail {"cursor":400,"limit":1000,"maxBytes":500000}""",
        """sessions.list {"limit":200,"offset":400}""",
        """sessions.preview {"keys":["a\u0022b"],"limit":20,"maxChars":600}""",
        """sessions.subscribe {}""",
        """sessions.usage {"agentId":"a\u0022b","limit":1000,"range":"30d"}""",
        """sessions.usage {"agentId":"a\u0022b","limit":1000,"startDate":"2026-11-21","endDate":"2026-11-21"}""",
        """status {}""",
        """system.info {}""",
        """tasks.list {"limit":200}""",
        """tasks.list {"status":"running","limit":200}""",
        """usage.cost {"agentScope":"all","startDate":"2026-11-21","endDate":"2026-11-21"}""",
        """usage.status {}""",
    ];

    [Fact]
    public void The_list_of_calls_is_closed()
    {
        Assert.Empty(typeof(GatewayCall).GetConstructors());
        Assert.All(typeof(GatewayCall).GetProperties(), p => Assert.Null(p.SetMethod));

        var fields = typeof(GatewayCall).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.FieldType == typeof(GatewayCall)).Select(f => (GatewayCall)f.GetValue(null)!);
        var made = typeof(GatewayCall).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(m => m.ReturnType == typeof(GatewayCall))
            .Select(m => (GatewayCall)m.Invoke(null, [.. m.GetParameters().Select(p => Argument(p.ParameterType))])!);

        Assert.Equal(Whole, fields.Concat(made).Select(c => c.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_calls_need_only_operator_read()
    {
        var scopes = GatewayFixture.Read("methods").GetProperty("scopes");
        var methods = Whole.Select(c => c.Split(' ')[0]).Distinct().ToList();

        // Stock gateways do not list a fork's method, and sessions.usage works for readers without being advertised.
        Assert.All(methods.Except(["infrastructure"]), m => Assert.Equal("operator.read", scopes.GetProperty(m).GetString()));
    }

    [Fact]
    public void No_call_probes_or_runs_a_model() => Assert.All(Whole, call =>
    {
        Assert.DoesNotContain("\"probe\":true", call, StringComparison.Ordinal);
        Assert.DoesNotMatch(
            "^(agent|chat|models|cron\\.(run|add|update|remove)|sessions\\.(patch|reset|send)|update|config|channels\\.(start|stop|logout)|tools) ?",
            call.Split('{')[0].Replace("agents.list", "", StringComparison.Ordinal).Replace("cron.runs", "", StringComparison.Ordinal)
                .Replace("config.get", "", StringComparison.Ordinal));
    });

    private static object Argument(Type type) => type == typeof(int) ? 400
        : type == typeof(long?) ? 400L
        : type == typeof(string) ? "a\"b"
        : type == typeof(DateOnly) ? new DateOnly(2026, 11, 21)
        : type == typeof(GatewayRange) ? GatewayRange.Month
        : throw new NotSupportedException(type.Name);
}
