using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>The exporter stops in time while all attacks run at once, each from its own host.</summary>
[Collection(nameof(HostileHostTests))]
public abstract class EndUnderAttackTests(string client) : SshTests(client)
{
    [Fact]
    public async Task SIGTERM_stops_the_service_during_all_attacks()
    {
        await using var machine = await StartMachineAsync();
        List<HostilePeer> peers = [];
        try
        {
            foreach (var attack in Attack.All)
            {
                peers.Add(await HostilePeer.StartAsync(machine, attack.Name));
                peers[^1].Choose(attack);
            }

            var config = machine.Config(hosts: string.Join('\n', peers.Zip(Attack.All, (peer, attack) => HostileFleet.Item(attack.Name, peer))));
            await File.AppendAllTextAsync(
                machine.Folder.PathOf("known_hosts"), string.Concat(peers.Select(p => p.KnownHost)), TestContext.Current.CancellationToken);
            await using var exporter = await Exporter.StartAsync(machine.Folder, config);
            await exporter.UntilOnlineAsync();
            await Until.TrueAsync(
                () => peers.Zip(Attack.All).All(p => p.First.Played(p.Second) > 0), "every attack is played",
                () => string.Join(' ', peers.Zip(Attack.All).Where(p => p.First.Played(p.Second) == 0).Select(p => p.Second.Name)) + exporter.Log);

            var watch = Stopwatch.StartNew();
            await exporter.StopAsync();
            TestContext.Current.TestOutputHelper?.WriteLine($"the end took {watch.ElapsedMilliseconds} ms with {Client}");
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        }
        finally
        {
            foreach (var peer in peers)
            {
                await peer.DisposeAsync();
            }
        }
    }

    public sealed class WithBuiltinClient() : EndUnderAttackTests("builtin");

    public sealed class WithOpenSsh() : EndUnderAttackTests("openssh");
}
