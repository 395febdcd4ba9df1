using System.Text.Json;
using FleetExporter.OpenClaw.Protocol;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.OpenClaw;

/// <summary>The closed list of settings that are read from a gateway's configuration.</summary>
public sealed class GatewayConfigurationTests
{
    /// <summary>A configuration with the text SECRET in every place that is not a name, a model or an interval.</summary>
    public const string Secrets = """
        {"config":{
        "env":{"SECRET_NAME":"SECRET","vars":{"OPENAI_API_KEY":"SECRET"},"shellEnv":{"enabled":true,"token":"SECRET"}},
        "auth":{"profiles":{"anthropic:default":{"mode":"api_key","key":"SECRET"}}},"secrets":{"providers":{"vault":{"token":"SECRET"}}},
        "gateway":{"auth":{"mode":"token","token":"SECRET","password":"SECRET"},"remote":{"url":"wss://SECRET@box"}},
        "models":{"apiKey":"SECRET","providers":{"llama":{"baseUrl":"http://u:SECRET@box/v1","apiKey":"SECRET","headers":{"Authorization":"SECRET"},
        "models":[{"id":"qwen","name":"Qwen","contextWindow":4096,"apiKey":"SECRET","headers":{"x":"SECRET"}},{"id":["SECRET"]},{"key":"SECRET"}]}}},
        "agents":{"token":"SECRET","defaults":{"model":{"primary":"llama/qwen","fallbacks":["llama/small",{"apiKey":"SECRET"}],"apiKey":"SECRET"},
        "heartbeat":{"every":"SECRET","prompt":"SECRET","to":"SECRET"},"maxConcurrent":"SECRET","timeoutSeconds":600,"contextTokens":{"x":"SECRET"},
        "subagents":{"maxConcurrent":8,"model":"SECRET"},"memorySearch":{"remote":{"apiKey":"SECRET"}}},
        "entries":{"main":{"workspace":"/SECRET","tools":{"web":{"apiKey":"SECRET"}},"heartbeat":{"every":"15m\nSECRET"}},"two":"SECRET"}},
        "channels":{"defaults":{"groupPolicy":"SECRET"},"discord":{"enabled":true,"token":"SECRET","accounts":{"a":{"token":"SECRET"}}},
        "botToken":"SECRET","telegram":{"enabled":"SECRET","botToken":"SECRET"}},
        "skills":{"entries":{"weather":{"enabled":false,"apiKey":"SECRET","env":{"K":"SECRET"},"config":{"deep":["SECRET"]}}},"load":["SECRET"]},
        "hooks":{"enabled":true,"token":"SECRET","mappings":[{"id":"SECRET"}],
        "internal":{"entries":{"logger":{"enabled":true,"env":{"K":"SECRET"}}}}},
        "plugins":{"entries":{"github":{"config":{"token":"SECRET"},"apiKey":"SECRET"},"password":"SECRET"},"load":{"paths":["SECRET"]}},
        "cron":{"maxConcurrentRuns":3,"webhookToken":"SECRET"},"unknown":{"deep":[{"er":{"token":"SECRET"}}]},"logging":{"file":"SECRET"}},
        "raw":"token: SECRET","parsed":{"a":"SECRET"},"hash":"SECRET","path":"/home/SECRET"}
        """;

    [Fact]
    public void The_recorded_configuration()
    {
        var config = GatewayConfiguration.Parse(GatewayFixture.Payload("config.get"));

        Assert.Equal(("fake/fake-chat", "0m"), (config.DefaultModel, config.HeartbeatEvery));
        Assert.Equal([new ConfiguredAgent("main", null, null, null)], config.Agents);
        var provider = Assert.Single(config.Providers);
        Assert.Equal("fake", provider.Name);
        Assert.Equal([new("fake-chat", "Fake Chat", 128000), new ConfiguredModel("fake-broken", "Fake Broken", 128000)], provider.Models);
        Assert.Equal([new ConfiguredPart("discord", false)], config.Channels);
        Assert.Contains(new ConfiguredPart("discord", true), config.Plugins);
        Assert.Contains(new ConfiguredPart("openai", null), config.Plugins);
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["max_concurrent"] = 8,
                ["subagents_max_concurrent"] = 8,
                ["subagents_archive_after_minutes"] = 60,
            },
            config.Limits);
        Assert.Empty(config.Skills.Concat(config.Hooks));
    }

    [Fact]
    public void Nothing_but_the_closed_list_is_read()
    {
        var config = GatewayConfiguration.Parse(JsonElement.Parse(Secrets));

        Assert.Equal(("llama/qwen", null), (config.DefaultModel, config.HeartbeatEvery));
        Assert.Equal(["llama/small"], config.FallbackModels);
        Assert.Equal([new("main", null, null, null), new ConfiguredAgent("two", null, null, null)], config.Agents);
        Assert.Equal(
            [new("discord", true), new("telegram", null), new("weather", false), new("logger", true), new ConfiguredPart("github", null)],
            config.Channels.Concat(config.Skills).Concat(config.Hooks).Concat(config.Plugins));
        Assert.Equal(["timeout_seconds", "subagents_max_concurrent", "cron_max_concurrent_runs"], config.Limits.Keys);
        // The heartbeat has been public before: its prompt and interval are the operator's texts.
        Assert.DoesNotContain("SECRET", JsonSerializer.Serialize(config with { Heartbeat = null! }), StringComparison.Ordinal);
    }

    [Fact]
    public void Agents_of_older_versions_are_a_list() => Assert.Equal(
        [new("a", "Ada", "x/y", "5m"), new ConfiguredAgent("b", "Bo", "z", null)],
        GatewayConfiguration.Parse(JsonElement.Parse(
            """{"config":{"agents":{"list":[{"id":"a","name":"Ada","model":{"primary":"x/y"},"heartbeat":{"every":"5m"}},"""
                + """{"id":"b","identity":{"name":"Bo"},"model":"z"},{"name":"none"}]}}}""")).Agents);

    [Fact]
    public void Names_are_printable_and_lists_limited()
    {
        static string Many(string value) =>
            $"{{\"<b>\\u001b\\u202ex\":{value},\"\\ud800\":{value},{string.Join(',', Enumerable.Range(0, 9000).Select(i => $"\"n{i}\":{value}"))}}}";

        var models = string.Join(',', Enumerable.Range(0, 900).Select(i => $$"""{"id":"m{{i}}"}"""));
        var config = GatewayConfiguration.Parse(JsonElement.Parse(
            $$"""{"config":{"channels":{{Many("{}")}},"plugins":{"entries":{{Many("""{"enabled":true}""")}}},"agents":{"entries":{{Many("{}")}}},"""
                + $$""" "models":{"providers":{"a":{"models":[{{models}}]},"b":{"models":[{{models}}]} } } } }"""));

        Assert.True(GatewayParsers.IsSound(config));
        Assert.Equal("<b>  x", config.Channels[0].Name);
        Assert.Equal((500, 500, 500), (config.Channels.Count, config.Plugins.Count, config.Agents.Count));
        Assert.Equal(RemoteLimits.Models, config.Providers.Sum(p => p.Models.Count));
    }
}
