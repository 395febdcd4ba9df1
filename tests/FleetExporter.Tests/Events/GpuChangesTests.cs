namespace FleetExporter.Tests.Events;

public sealed class GpuChangesTests
{
    [Fact]
    public void A_GPU_is_lost_and_back()
    {
        var host = Gpus("0=u0", "1=u1");

        host.Gpus("0=u0", "1=u1!").Look();
        Assert.Equal(["gpu critical gpu:a/1 ok lost -"], host.Take().Skip(1));
        host.Gpus("0=u0", "1=u1?").Look();
        Assert.Equal(["gpu critical gpu:a/1 lost reset_required -"], host.Take());
        host.Gpus("0=u0", "1=u1").Look();
        Assert.Contains("gpu ok gpu:a/1 reset_required ok -", host.Take());
    }

    [Fact]
    public void A_lost_GPU_may_have_no_uuid()
    {
        var host = Gpus("0=u0", "1=u1");

        host.Gpus("0=u0", "1=!").Look();
        Assert.Equal(["gpu critical gpu:a/1 ok lost -"], host.Take().Skip(1));
        host.Gpus("0=u0", "1=u1").Look();
        Assert.Contains("gpu ok gpu:a/1 lost ok -", host.Take());
    }

    [Fact]
    public void A_GPU_that_is_no_longer_listed_is_lost_even_if_the_others_move_up()
    {
        var host = Gpus("0=u0", "1=u1", "2=u2");

        host.Gpus(1, "0=u0", "1=u2").Look();
        Assert.Equal(["gpu critical gpu:a/1 ok lost not_listed"], host.Take().Skip(1));
        host.Look();
        Assert.Empty(host.Take());

        host = Gpus("0=u0", "1=u1");
        host.Gpus(1, "0=u0").Look();
        Assert.Equal(["gpu critical gpu:a/1 ok lost not_listed"], host.Take().Skip(1));
        host.Look().Look();
        Assert.Empty(host.Take());
        host.Gpus("0=u0", "1=u1").Look();
        Assert.Contains("gpu ok gpu:a/1 lost ok -", host.Take());
    }

    [Fact]
    public void A_GPU_that_was_added_or_replaced_is_reported()
    {
        var host = Gpus("0=u0");

        host.Gpus("0=u0", "1=u1").Look();
        Assert.Equal(["gpu info gpu:a/1 - added -"], host.Take());

        host.Gpus("0=u0", "1=u9").Look();
        var replaced = host.TakeOne();
        Assert.Equal(("gpu:a/1", "replaced"), (replaced.Subject, replaced.To));
        Assert.Equal("""{"uuid":"u9","previous_uuid":"u1"}""", replaced.Detail!.ToJsonString());
    }

    [Fact]
    public void A_new_XID_is_reported_and_those_of_before_are_not()
    {
        var host = Gpus("0=u0", "1=u1");
        host.Xids(("0000:01", 31, 100)).Look();
        Assert.Empty(host.Take());

        host.Xids(("0000:01", 31, 100), ("0000:00", 79, 205.5)).Look();
        var xid = host.TakeOne();
        Assert.Equal(("gpu:a/0", "GPU 0 of a reported XID 79"), (xid.Subject, xid.Text));
        Assert.Equal("""{"xid":79,"pci_bus_id":"0000:00"}""", xid.Detail!.ToJsonString());

        host.Restart().Connected().Gpus("0=u0", "1=u1").Xids(("0000:01", 31, 100), ("0000:00", 79, 205.5)).Look();
        Assert.Empty(host.Take());
        host.Xids(("0000:01", 31, 300), ("0000:00", 79, 205.5)).Look();
        Assert.Equal(["gpu warning gpu:a/1 - xid xid_31"], host.Take());

        // The kernel log of the next boot begins anew.
        host.Connected("two").Xids(("0000:01", 48, 7)).Look();
        Assert.Equal(["host warning host:a - rebooted -", "gpu critical gpu:a/1 - xid xid_48"], host.Take());
    }

    [Fact]
    public void A_release_and_its_end_are_reported()
    {
        var host = Gpus("0=u0");

        host.Host = host.Host with { GpusReleasedUntil = host.Now + TimeSpan.FromMinutes(5) };
        host.Look().Look();
        Assert.Equal(["the GPUs of a are not polled until 2026-01-01 00:05 UTC: they were released"], host.TakeTexts());
        host.Connected().Answers("host").Gpus("0=u0").Look(300);
        Assert.Contains("the GPUs of a are polled again", host.TakeTexts());
    }

    private static EventFixture Gpus(params string[] gpus)
    {
        var host = new EventFixture().Connected().Answers("host").Gpus(gpus).Look();
        Assert.Empty(host.Take());
        return host;
    }
}
