using FleetExporter.Remote.Ssh;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Remote.Ssh;

public sealed class KnownHostsLineTests
{
    private static readonly FsCheck.Config Quick = FsCheck.Config.QuickThrowOnFailure.WithMaxTest(500);

    internal const string Key = "AAAAC3NzaC1lZDI1NTE5AAAAIEqij/ykmP6KjbFzT+2UUKDf4bEoPPKysMxtgR+s7iRA";

    private static readonly string[] Words =
    [
        "", " ", "\t", "#", "@revoked", "@cert-authority", "@other", "*", "!", ",", "|1|", "|1|AAAA|AAAA", "[h]:22", "h", "ssh-ed25519", "ssh-rsa",
        Key, "AAAA", "=", "\0", "ä",
    ];

    [Theory]
    [InlineData("h ssh-ed25519 " + Key, "None", "h")]
    [InlineData("  h\tssh-ed25519   " + Key + " a comment\r", "None", "h")]
    [InlineData("@revoked * ssh-ed25519 " + Key, "Revoked", "*")]
    [InlineData("@cert-authority *.example,!x.example ssh-ed25519 " + Key, "CertAuthority", "*.example,!x.example")]
    public void An_entry_is_read(string line, string marker, string hosts)
    {
        var read = KnownHostsLine.Parse(line);

        Assert.NotNull(read);
        Assert.Equal((marker, hosts), (read.Marker.ToString(), read.Hosts));
        Assert.Equal(("ssh-ed25519", Key), (read.KeyType, Convert.ToBase64String(read.Key)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("# h ssh-ed25519 " + Key)]
    [InlineData("@unknown h ssh-ed25519 " + Key)]
    [InlineData("h ssh-ed25519")]
    [InlineData("h ssh-rsa " + Key)]
    [InlineData("h ssh-ed25519 not/base64")]
    [InlineData("h ssh-ed25519 AAAA")]
    [InlineData("h 256 65537 12345678901234567890")]
    public void Invalid_entries_are_skipped(string line) => Assert.Null(KnownHostsLine.Parse(line));

    [Theory]
    [InlineData("h", "h", true)]
    [InlineData("H", "h", true)]
    [InlineData("h", "hh", false)]
    [InlineData("a,h", "h", true)]
    [InlineData("*", "h", true)]
    [InlineData("*.example", "a.b.example", true)]
    [InlineData("*.example", "example", false)]
    [InlineData("10.0.0.?", "10.0.0.7", true)]
    [InlineData("10.0.0.?", "10.0.0.77", false)]
    [InlineData("*,!h", "h", false)]
    [InlineData("!h,*", "h", false)]
    [InlineData("!h", "other", false)]
    [InlineData("[h]:*", "[h]:2222", true)]
    [InlineData("a*b*c", "a1b2b3c", true)]
    [InlineData("a*b*c", "a1b2b3", false)]
    [InlineData("", "h", false)]
    [InlineData(",", "h", false)]
    [InlineData("!", "h", false)]
    public void Patterns_match_as_in_OpenSSH(string patterns, string name, bool matches) =>
        Assert.Equal(matches, KnownHostsLine.MatchesPatterns(patterns, name));

    /// <summary>Written by ssh-keygen -H.</summary>
    [Fact]
    public void A_hashed_name_matches_only_itself()
    {
        var line = KnownHostsLine.Parse("|1|AFV+DgJ6jJm82lYvjqEAjV0M5E8=|Q4GMYPi5fNwQM1MYU5QWZloMmO8= ssh-ed25519 " + Key)!;
        Assert.True(line.Matches("192.168.1.61"));
        Assert.False(line.Matches("192.168.1.62"));
        Assert.False((line with { Hosts = "|1|AFV+DgJ6jJm82lYvjqEAjV0M5E8=|!!" }).Matches("192.168.1.61"));
        Assert.False((line with { Hosts = "|2|AFV+DgJ6jJm82lYvjqEAjV0M5E8=|Q4GMYPi5fNwQM1MYU5QWZloMmO8=" }).Matches("192.168.1.61"));
    }

    [Fact]
    public void Any_line_and_pattern_is_parsed_or_skipped()
    {
        var lines = Gen.Elements(Words).ArrayOf(6).Select(words => string.Join(' ', words));
        Prop.ForAll(lines.ToArbitrary(), IsReadOrSkipped).Check(Quick);
        Prop.ForAll<string?>(line => IsReadOrSkipped(line ?? "")).Check(Quick);
        Prop.ForAll<string?>(p => !KnownHostsLine.MatchesPatterns($"{p?.Replace(",", "", StringComparison.Ordinal)}*,!h", "h")).Check(Quick);

        static bool IsReadOrSkipped(string line)
        {
            var read = KnownHostsLine.Parse(line);
            _ = read?.Matches("h");
            return read is null || (read.Hosts.Length > 0 && KnownHostsLine.TypeOf(read.Key) == read.KeyType);
        }
    }

    [Fact]
    public void Many_wildcards_are_matched_in_linear_time()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.False(KnownHostsLine.MatchesPatterns(string.Concat(Enumerable.Repeat("a*", 2000)) + "b", new string('a', 4000)));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }
}
