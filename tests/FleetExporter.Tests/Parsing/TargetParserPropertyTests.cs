using FleetExporter.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Parsing;

/// <summary>For any response, a parser returns a result or throws a failure with a reason.</summary>
public sealed class TargetParserPropertyTests
{
    private static readonly Dictionary<string, (Func<int, string, object?> Parse, string[] Seeds)> Parsers = new()
    {
        ["service"] = (ServiceHealth.Parse, ["""{"status":"ok","model":"whisper","service":"stt"}""", """{"status":"error","error":"x"}"""]),
        ["openai models"] = (OpenAi.ParseModels, [OpenAiTests.Vllm]),
        ["llama models"] = (LlamaCpp.ParseModels, [LlamaCppTests.OneModel, LlamaCppTests.Router]),
        ["llama health"] = (static (status, body) => LlamaCpp.ParseHealth(status, body), ["""{"status":"ok"}""", LlamaCppTests.Loading]),
        ["llama props"] = (LlamaCpp.ParseProps, [LlamaCppTests.Props]),
        ["llama slots"] = (LlamaCpp.ParseSlots, [LlamaCppTests.Slots]),
        ["llama metrics"] = (LlamaCppMetrics.Parse, [LlamaCppTests.Metrics]),
        ["vllm health"] = (static (status, body) => Vllm.ParseHealth(status, body), [""]),
        ["sglang health"] = (static (status, body) => Sglang.ParseHealth(status, body), [""]),
    };

    private static readonly string[] Inserts =
        [
            "", "\"", "{", "}", "[", "]", ",", ":", "null", "1e999", "-1", "\\ud800", "\ud800", "\0",
            "\u001b[31m", "NaN", "{\"status\":", "[[[[[[[[", "\\u00", "🚀", "\n", "{\"\\ud800\":1,"
        ];

    private static readonly int[] Statuses = [100, 200, 204, 301, 404, 500, 501, 503, 599];

    public static TheoryData<string> Names => [.. Parsers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_body_is_parsed_or_rejected(string name) =>
        Prop.ForAll<string>(text => Statuses.All(status => IsReadOrRefused(name, status, text ?? "")))
            .Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_damaged_body_is_parsed_or_rejected(string name)
    {
        var damaged =
            from seed in Gen.Elements(Parsers[name].Seeds)
            from wounds in Gen.Zip(Gen.Choose(0, 1_000_000), Gen.Zip(Gen.Choose(0, 12), Gen.Elements(Inserts))).ArrayOf(3)
            select wounds.Aggregate(seed, static (text, wound) =>
            {
                var (place, (length, insert)) = wound;
                var at = place % (text.Length + 1);
                return text[..at] + insert + text[Math.Min(text.Length, at + length)..];
            });

        Prop.ForAll(damaged.ToArbitrary(), text => IsReadOrRefused(name, 200, text) && IsReadOrRefused(name, 503, text))
            .Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Deep_nesting_is_rejected(string name) => Assert.True(IsReadOrRefused(name, 200, new string('[', 100_000)));

    private static bool IsReadOrRefused(string name, int status, string body)
    {
        try
        {
            var read = Parsers[name].Parse(status, body);
            return read is not LlamaCppMetrics m
                || new[] { m.Deferred, m.Processing, m.PromptTokens, m.GeneratedTokens }.All(v => v is null or (>= 0 and < double.PositiveInfinity));
        }
        catch (TargetFailureException e)
        {
            return e.Reason is TargetFailure.Body or TargetFailure.Status or TargetFailure.ReportedError && !e.Message.Any(char.IsControl)
                && e.Message.Length < 400;
        }
    }
}
