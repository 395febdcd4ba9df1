using FleetExporter.History;
using FleetExporter.Remote;

namespace FleetExporter.Tests.History;

public sealed class HistorySubjectTests
{
    public static TheoryData<string, string> Values =>
        [.. Enum.GetValues<SubjectKind>().SelectMany(k => HistoryValues.Of(k).Select(v => new TheoryDataRow<string, string>(Words.Of(k), v.Name)))];

    [Theory]
    [InlineData("host:a", "host:a")]
    [InlineData("host:b b", "host:b b")]
    [InlineData("gpu:gpu-1/5", "gpu:gpu-1/5")]
    [InlineData("gpu:gpu-1/05", "gpu:gpu-1/5")]
    [InlineData("gpu:gpu-1/000", "gpu:gpu-1/0")]
    [InlineData("gpu:a/GPU-1234-5678", "gpu:a/GPU-1234-5678")]
    [InlineData("service:a:b", "service:a:b")]
    [InlineData("provider:p", "provider:p")]
    [InlineData("gateway:g", "gateway:g")]
    [InlineData("tunnel:t", "tunnel:t")]
    [InlineData("host:\"} or up{a=\"", "host:\"} or up{a=\"")]
    public void A_subject_is_a_kind_and_a_name(string text, string written)
    {
        Assert.True(HistorySubject.TryParse(text, out var subject));
        Assert.Equal(written, subject.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("host:")]
    [InlineData("Host:a")]
    [InlineData("hosts:a")]
    [InlineData("gpu:a")]
    [InlineData("gpu:/0")]
    [InlineData("gpu:a/")]
    [InlineData("host:a\nb")]
    [InlineData("host:a\u0007")]
    [InlineData("0:a")]
    public void Anything_else_is_none(string? text) => Assert.False(HistorySubject.TryParse(text, out _));

    [Fact]
    public void A_subject_has_a_limited_length() => Assert.False(HistorySubject.TryParse("host:" + new string('a', 300), out _));

    [Theory]
    [MemberData(nameof(Values))]
    public void A_name_is_a_string_in_every_query_whatever_it_contains(string kind, string value)
    {
        const string Attack = "a\"} or up{x=\"\\";
        Assert.True(HistorySubject.TryParse($"{kind}:{Attack}{(kind == "gpu" ? $"/{Attack}" : "")}", out var subject));
        foreach (var bound in Enum.GetValues<HistoryBound>())
        {
            foreach (var seconds in (int[])[15, 60, 300, 7200])
            {
                var query = new HistoryQuery(subject, bound, TimeSpan.FromSeconds(seconds));
                var text = HistoryValues.Find(subject.Kind, value)!.Query(query);

                Assert.Contains(PrometheusApi.Quote(Attack), text, StringComparison.Ordinal);
                Assert.DoesNotContain(Attack, text.Replace(PrometheusApi.Quote(Attack), "", StringComparison.Ordinal), StringComparison.Ordinal);
                Assert.DoesNotContain("up{x", text.Replace(PrometheusApi.Quote(Attack), "", StringComparison.Ordinal), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Values_are_words_and_listed_once_per_kind()
    {
        foreach (var kind in Enum.GetValues<SubjectKind>())
        {
            var names = HistoryValues.Of(kind).Select(v => v.Name).ToList();
            Assert.Equal(names.Distinct(), names);
            Assert.All(names, n => Assert.Matches("^[a-z][a-z_]*$", n));
        }

        Assert.Null(HistoryValues.Find(SubjectKind.Host, "Cpu"));
        Assert.Null(HistoryValues.Find(SubjectKind.Host, "fleet_host_cpus"));
        Assert.Null(HistoryValues.Find(SubjectKind.Gpu, "cpu"));
    }
}
