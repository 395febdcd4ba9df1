using FleetExporter.Events;
using FleetExporter.Parsing;

namespace FleetExporter.Tests.Events;

public sealed class HostChangesTests
{
    [Fact]
    public void A_host_that_falls_silent_goes_offline_when_the_API_says_so()
    {
        var host = new EventFixture().Connected().Answers("host").Look();
        Assert.Empty(host.Take());

        host.Disconnected().Look();
        Assert.Equal(["host warning host:a online degraded timeout"], host.Take());

        // Time alone passes.
        host.Look(28);
        Assert.Empty(host.Take());
        host.Look(1);
        var offline = host.TakeOne();
        Assert.Equal("a went offline: timeout: no answer for 5 s", offline.Text);
        Assert.Equal(("degraded", "offline", "timeout"), (offline.From, offline.To, offline.Reason));

        host.Look(3600);
        Assert.Empty(host.Take());

        host.Connected().Answers("host").Look();
        Assert.Equal(["host ok host:a offline online -"], host.Take());
    }

    [Fact]
    public void A_host_that_comes_back_is_degraded_only_if_that_lasts()
    {
        var host = new EventFixture().Connected().Answers("host").Look().Disconnected().Look(31);
        host.Take();

        // The collectors of the lost connection still fail.
        host.Connected().Fails("host", CollectorFailure.Timeout).Look();
        Assert.Empty(host.Take());
        host.Answers("host").Look();
        Assert.Equal(["host ok host:a offline online -"], host.Take());

        host.Disconnected().Look(31);
        host.Take();
        host.Connected().Fails("host").Look();
        Assert.DoesNotContain(host.Take(), e => e.StartsWith("host", StringComparison.Ordinal));
        host.Look(10);
        Assert.Equal(["host warning host:a offline degraded parse"], host.Take());
    }

    [Fact]
    public void A_restart_reports_only_what_has_changed_meanwhile()
    {
        var host = new EventFixture().Connected().Answers("host").Sessions("$1:train").Gpus("0=u0").Look();

        host.Restart().Look().Connected().Answers("host").Sessions("$1:train").Gpus("0=u0").Look();
        Assert.Empty(host.Take());

        // It was online and is offline now.
        host.Restart().Look();
        Assert.Empty(host.Take());
        host.Disconnected().Look();
        Assert.Equal(["host warning host:a online degraded timeout"], host.Take());
        host.Look(30);
        Assert.Equal(["host critical host:a degraded offline timeout"], host.Take());

        // It stays offline across a restart.
        host.Restart().Look().Disconnected().Look(5).Look(60);
        Assert.Empty(host.Take());
        host.Connected().Answers("host").Look();
        Assert.Equal(["host ok host:a offline online -"], host.Take());
    }

    [Fact]
    public void A_reboot_is_reported_even_if_the_exporter_did_not_run()
    {
        var host = new EventFixture().Connected("one").Answers("host").Look().Disconnected().Look(31);
        host.Take();

        host.Connected("two").Answers("host").Look();
        Assert.Equal(["host warning host:a - rebooted -", "host ok host:a offline online -"], host.Take());

        host.Restart().Connected("three").Answers("host").Look().Look();
        Assert.Equal(["host warning host:a - rebooted -"], host.Take());
    }

    [Fact]
    public void A_new_host_is_added_and_a_removed_one_is_forgotten_with_all_that_is_on_it()
    {
        var host = new EventFixture().Connected().Answers("host").Look();
        Assert.Empty(host.Take());
        host.Sessions("$1:train").Gpus("0=u0").Look();

        HostChanges.Remove("a", host.Context);
        Assert.Equal(["host info host:a online removed -"], host.Take());
        Assert.DoesNotContain(host.Stored.Values, s => s is not null);

        // The first start is over.
        host.Known.Settle();
        host.Look().Look();
        Assert.Equal(["host info host:a - added -"], host.Take());
    }

    [Fact]
    public void The_reason_is_a_word_and_the_text_one_printable_line()
    {
        var host = new EventFixture().Connected().Answers("host").Answers("system").Look();

        host.Fails("system", CollectorFailure.Permission).Look();
        Assert.Equal(
            ["host warning host:a online degraded permission", "collector warning collector:a/system ok failing permission"], host.Take());

        host.Answers("system").Gpus("0=u0!").Look();
        Assert.Equal(["collector ok collector:a/system failing ok -"], host.Take());
        host.Gpus("0=u0").Look();
        host.Take();
        host.Gpus("0=u0!").Look();
        Assert.Equal(["host warning host:a online degraded gpu_lost", "gpu critical gpu:a/0 ok lost -"], host.Take());
    }
}
