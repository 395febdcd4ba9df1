using System.Text.RegularExpressions;
using FleetExporter.Collectors;
using FleetExporter.Onboarding.Probing;
using FleetExporter.Parsing;
using FleetExporter.Remote;
using FleetExporter.Targets;

namespace FleetExporter.Tests.Shape;

/// <summary>Every reason of the closed sets has a row in docs/operations.md and a fix.</summary>
public sealed partial class ReasonsDocumentationTests
{
    [Fact]
    public void The_first_table_of_reasons_is_the_ways_to_fail_to_connect() =>
        Assert.Equal(Words.All<SshFailure>(), ReasonsBelow("### The host is not connected"));

    [Fact]
    public void The_second_table_of_reasons_is_the_ways_of_a_collector_to_fail() =>
        Assert.Equal(Words.All<CollectorFailure>(), ReasonsBelow("### A collector fails"));

    [Fact]
    public void The_third_table_of_reasons_is_the_ways_of_a_target_to_fail() =>
        Assert.Equal(Words.All<TargetFailure>(), ReasonsBelow("### A service, provider, gateway or tunnel fails"));

    [Fact]
    public void Metrics_name_the_same_reasons_of_targets() => Assert.Equal(Words.All<TargetFailure>(), TargetStates.Reasons);

    [Fact]
    public void Every_reason_has_a_fix()
    {
        Assert.All(Enum.GetValues<SshFailure>(), reason => Assert.EndsWith(".", Fixes.Of(reason), StringComparison.Ordinal));
        Assert.All(Enum.GetValues<TargetFailure>(), reason => Assert.EndsWith(".", Fixes.Of(reason), StringComparison.Ordinal));
        Assert.All(
            from reason in Enum.GetValues<CollectorFailure>() from collector in CollectorCatalog.All select collector.Fix(reason),
            fix => Assert.False(string.IsNullOrWhiteSpace(fix)));
    }

    private static List<string> ReasonsBelow(string heading)
    {
        var rows = File.ReadAllLines(Repository.PathOf("docs", "operations.md"))
            .SkipWhile(l => l != heading).Skip(1).TakeWhile(l => l.Length == 0 || l[0] != '#')
            .Where(l => Row().IsMatch(l)).ToList();
        Assert.All(rows, row => Assert.All(row.Split('|')[1..^1], cell => Assert.False(string.IsNullOrWhiteSpace(cell), row)));
        return [.. rows.Select(row => Row().Match(row).Groups[1].Value)];
    }

    [GeneratedRegex("^\\| `([a-z_]+)` \\|")]
    private static partial Regex Row();
}
