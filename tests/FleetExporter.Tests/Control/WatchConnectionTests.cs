using FleetExporter.Control;
using FleetExporter.Store;

namespace FleetExporter.Tests.Control;

/// <summary>Connecting and disconnecting without HTTP.</summary>
public sealed class WatchConnectionTests
{
    private const string Yml = "hosts: [{ name: a, address: a.lan }]";

    [Fact]
    public async Task A_host_is_disconnected_and_connected_again()
    {
        await using var world = await ActionFixture.StartAsync(Yml);

        var disconnected = await Action(world).DisconnectAsync(world.Call(ControlAction.Disconnect), "a", ActionFixture.Stop);
        Assert.Equal(new WatchOutcome.Disconnected(Ids.OfHost("a")), disconnected);
        Assert.Null(world.Fleet.AccessTo("a"));
        var connected = await Action(world).ConnectAsync(world.Call(ControlAction.Connect), Ids.OfHost("a"), ActionFixture.Stop);
        Assert.Equal(new WatchOutcome.Connected(Ids.OfHost("a")), connected);

        Assert.Equal(["disconnect ok a - -", "connect ok a - -"], await world.RowsAsync());
    }

    [Fact]
    public async Task A_connection_that_there_is_not_is_named_in_the_audit_as_it_was_given()
    {
        await using var world = await ActionFixture.StartAsync(Yml);

        var outcome = await Action(world).ConnectAsync(world.Call(ControlAction.Connect), "nowhere", ActionFixture.Stop);

        Assert.Equal(new WatchOutcome.StoreFailed(new StoreError.NotFound("connection")), outcome);
        Assert.Equal(["connect failed nowhere - -"], await world.RowsAsync());
    }

    [Fact]
    public async Task A_connection_with_an_invalid_hostname_cannot_be_watched()
    {
        await using var world = await ActionFixture.StartAsync(Yml);
        var added = await world.Connections.AddAsync(new Connection { Name = "b", Hostname = "not a host" }, ActionFixture.Stop);
        Assert.Null(await world.Watchlist.SyncAsync(ActionFixture.Stop));

        var outcome = await Action(world).ConnectAsync(world.Call(ControlAction.Connect), added.Value!.Id, ActionFixture.Stop);

        Assert.Equal("b", Assert.IsType<WatchOutcome.NotWatched>(outcome).Name);
        Assert.Equal(["connect failed b - -"], await world.RowsAsync());
    }

    [Fact]
    public async Task It_is_done_without_the_audit_and_the_call_knows_why()
    {
        await using var world = await ActionFixture.StartAsync(Yml);
        await world.BreakAuditAsync();
        var call = world.Call(ControlAction.Disconnect);

        Assert.IsType<WatchOutcome.Disconnected>(await Action(world).DisconnectAsync(call, "a", ActionFixture.Stop));

        Assert.NotNull(call.AuditError);
    }

    private static WatchConnection Action(ActionFixture world) => new(world.Watchlist, world.Connections, world.Fleet, world.State, world.Clock);
}
