using FleetExporter.Onboarding.Import;

namespace FleetExporter.Tests.Onboarding;

/// <summary>What is refused and limited; what is taken is compared with ssh by the integration tests.</summary>
public sealed class SshConfigFileTests
{
    [Fact]
    public void Refused_directives_have_their_line_and_reach_the_hosts_they_may_apply_to()
    {
        var file = SshConfigFile.Parse("""
            Include conf.d/*
            Host a
              ProxyCommand sh -c "touch /tmp/x"
              Include more
            Host b
              proxyjump none
              PROXYJUMP c
            Host c
              ProxyJump d
            Match host a exec "touch /tmp/y"
              User evil
            Host d
              User good
            """);

        Assert.Equal(
            [(1, "Include"), (3, "ProxyCommand"), (4, "Include"), (7, "ProxyJump"), (9, "ProxyJump"), (10, "Match")],
            file.Refused.Select(r => (r.Line, r.Directive)));
        Assert.All(file.Refused, r => Assert.EndsWith(".", r.Reason, StringComparison.Ordinal));
        Assert.Equal([1, 3, 4, 10], file.Of("a").Refused.Select(r => r.Line));
        Assert.Equal([1, 10], file.Of("b").Refused.Select(r => r.Line));
        Assert.Equal([1, 9, 10], file.Of("c").Refused.Select(r => r.Line));
        Assert.Equal([1, 10], file.Of("d").Refused.Select(r => r.Line));
        Assert.Equal((null, "good"), (file.Of("a").User, file.Of("d").User));
    }

    [Fact]
    public void Other_directives_are_listed_once()
    {
        var file = SshConfigFile.Parse("Host a\n  ForwardAgent yes\n  forwardagent no\n  Unheard_of\u001b[1m thing\n");

        Assert.Equal(["ForwardAgent", "Unheard_of [1m"], file.Ignored);
        Assert.Empty(file.Refused);
    }

    [Fact]
    public void A_line_without_a_value_or_with_an_open_quote_is_refused_and_the_rest_is_read()
    {
        var file = SshConfigFile.Parse("Host a\n  HostName\n  User \"open\n  Port 22\nHost \"b\n");

        Assert.Equal([(2, "HostName"), (3, "User"), (5, "Host")], file.Refused.Select(r => (r.Line, r.Directive)));
        Assert.Equal((null, null, "22"), (file.Of("a").HostName, file.Of("a").User, file.Of("a").Port));
    }

    [Fact]
    public void At_most_500_hosts_are_read()
    {
        var file = SshConfigFile.Parse($"Host {string.Join(' ', Enumerable.Range(0, 3_000).Select(n => $"h{n}"))}\nHost last\n");

        Assert.Equal(SshConfigFile.MaxHosts, file.Names.Count);
        Assert.Equal("Host", Assert.Single(file.Refused).Directive);
    }

    [Theory]
    [InlineData(30_000, 5)]
    [InlineData(1, 300)]
    public void A_line_with_too_many_or_too_long_names_is_refused(int count, int length)
    {
        var file = SshConfigFile.Parse($"Host {string.Join(' ', Enumerable.Range(0, count).Select(n => $"{n}".PadLeft(length, 'h')))}\nHost last\n");

        Assert.Equal(["last"], file.Names);
        Assert.Equal("Host", Assert.Single(file.Refused).Directive);
    }

    [Fact]
    public void Any_text_is_read_without_an_exception()
    {
        var random = new Random(20261128);
        string[] parts =
        [
            "Host", "HostName", "Match", " ", "\t", "=", "\"", "'", "\\", "#", "\n", "\r", "*", "?", "!", "a", "none", "ProxyJump", "\0", "é",
            "%h", "~",
        ];
        for (var n = 0; n < 2000; n++)
        {
            var file = SshConfigFile.Parse(string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => parts[random.Next(parts.Length)])));

            Assert.All(file.Names, name => Assert.Equal(name, file.Of(name).Name));
        }
    }
}
