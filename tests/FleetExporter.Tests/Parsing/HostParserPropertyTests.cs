using System.Collections;
using FleetExporter.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace FleetExporter.Tests.Parsing;

public sealed class HostParserPropertyTests
{
    private static readonly Dictionary<string, Func<string, object?>> Parsers = new()
    {
        ["host"] = HostVitals.Parse,
        ["filesystem"] = Filesystems.Parse,
        ["temperature"] = Temperatures.Parse,
        ["system"] = SystemIdentity.Parse,
        ["tmux"] = Tmux.Parse,
        ["systemd"] = SystemdUnits.Parse,
        ["stat"] = static line => ProcessStat.TryParse(line, out var stat) ? stat : null,
    };

    private static readonly string[] Inserts =
    [
        "", "\n", ":", " ", "-", "%", "(", ")", "=", "\0", "\r", "0", "7", "99999999999999999999", "9223372036854775807", "NaN", "Infinity",
        "1e999", ".", "½", "٣", "🚀", "U0:x\n", "S$1:1:0:1:1::", "P$1:%1:1:0\n", "T1:::",
    ];

    public static TheoryData<string> Sections => [.. Parsers.Keys];

    private static string[] Seeds(string section) => section switch
    {
        "host" => [HostCapture.Host()],
        "filesystem" => [HostCapture.Proc("vm-mountns.df.PT-B1.txt")],
        "temperature" => ["T45500:80000:100000:coretemp:Package id 0\nT38850:::nvme:Composite\nT38850:::nvme:Composite\n"],
        "system" => ["os=\"Debian 12\"\nkernel=6.1\ncpus=4\nbtime=1795229795\nclock=1795231904.123456789\npagesize=4096\ntools=tmux\n"],
        "tmux" => [HostCapture.TmuxBlock() + HostCapture.Stat(25378, 1) + HostCapture.Stat(7, 25378), "U1:bob\naccess not allowed\n"],
        "systemd" => ["U0:system\nId=a.service\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=1\n\nId=b\nActiveState=failed\n"
            + "U1:user\nno\n"],
        _ => HostCapture.Proc("vm-pidns.proc-pid-stat.txt").Split('\n'),
    };

    [Theory]
    [MemberData(nameof(Sections))]
    public void ArbitraryText_IsParsedOrRejected(string section) =>
        Prop.ForAll<string>(text => Check(section, text ?? "")).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(300));

    [Theory]
    [MemberData(nameof(Sections))]
    public void DamagedCapture_IsParsedOrRejected(string section)
    {
        var damaged =
            from seed in Gen.Elements(Seeds(section))
            from wounds in Gen.Zip(Gen.Choose(0, 1_000_000), Gen.Zip(Gen.Choose(0, 12), Gen.Elements(Inserts))).ArrayOf(4)
            select wounds.Aggregate(seed, static (text, wound) =>
            {
                var (place, (length, insert)) = wound;
                var at = place % (text.Length + 1);
                return text[..at] + insert + text[Math.Min(text.Length, at + length)..];
            });

        Prop.ForAll(damaged.ToArbitrary(), text => Check(section, text)).Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(400));
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void EveryCapture_IsParsedOrRejected(string section) => Assert.All(HostCapture.All(), text => Assert.True(Check(section, text)));

    [Fact]
    public void BusyRatio_OfAnyTwoReadings_IsNullOrARatio()
    {
        var times =
            from s in Gen.Choose(0, 1000).ArrayOf(8)
            select new CpuTimes(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);

        Prop.ForAll(times.Two().ToArbitrary(), static p => CpuTimes.BusyRatio(p.Item1, p.Item2) is null or (>= 0 and <= 1))
            .Check(FsCheck.Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static bool Check(string section, string text)
    {
        try
        {
            return IsFinite(Parsers[section](text));
        }
        catch (FormatException)
        {
            return true;
        }
    }

    /// <summary>No number below is NaN or infinite.</summary>
    private static bool IsFinite(object? value) => value switch
    {
        null or string or DateTimeOffset => true,
        double number => double.IsFinite(number),
        IEnumerable items => items.Cast<object?>().All(IsFinite),
        _ when value.GetType().IsPrimitive || value.GetType().IsEnum => true,
        _ => value.GetType().GetProperties().Where(static p => p.GetMethod is { IsStatic: false } && p.GetIndexParameters().Length == 0)
            .All(p => IsFinite(p.GetValue(value))),
    };
}
