using System.Diagnostics;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>A hostile host affects no other host, nor the API or the operator. Runs alone, because it measures time.</summary>
[CollectionDefinition(nameof(HostileHostTests), DisableParallelization = true)]
[Collection(nameof(HostileHostTests))]
public abstract class HostileHostTests(HostileFleet fleet)
{
    private static readonly bool IsLong = LongForm.Count(0, 1) == 1;
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private protected async Task PlayAsync(string name)
    {
        var attack = Attack.Of(name);
        var before = fleet.Peer.Played(attack);
        var held = fleet.Observer.Use();
        await fleet.AddHostileAsync(attack);
        var observing = fleet.Observer.ObserveAsync(Attack.Duration, Stop);
        var polling = PollAllAsync(observing);
        var connecting = await ConnectAnotherAsync();
        var attacked = await observing;
        await polling;
        var failures = await FailuresAsync(attack);
        var removal = await fleet.RemoveHostileAsync();
        var use = await fleet.Observer.SettleAsync(held, Stop);
        var grown = (use.Resident - held.Resident) >> 20;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}: {attacked}, grown {grown} MiB after it; "
            + $"other connection {connecting.TotalMilliseconds:0} ms, removal {removal.TotalMilliseconds:0} ms");

        Assert.True(fleet.Peer.Played(attack) > before, $"{name} was not played");
        Assert.DoesNotContain("\"reason\":\"bug\"", failures, StringComparison.Ordinal);
        attacked.Check(fleet.Quiet);
        Assert.InRange(connecting, TimeSpan.Zero, Prompt);
        Assert.InRange(removal, TimeSpan.Zero, Prompt);
        use.Check(held, fleet.Quiet);
    }

    /// <summary>Has all collectors of the hostile host asked with each poll, also those that are asked once a minute.</summary>
    private async Task PollAllAsync(Task observing)
    {
        while (!observing.IsCompleted)
        {
            using var limit = new CancellationTokenSource(HostileFleet.Interval);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, Stop);
            try
            {
                await fleet.Exporter.Http.GetAsync($"/probe?target={HostileFleet.Hostile}", either.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                // A host that does not answer.
            }

            await Task.Delay(HostileFleet.Interval / 2, Stop);
        }
    }

    /// <summary>Makes, connects and removes a connection to another host; the longest of the three calls.</summary>
    private async Task<TimeSpan> ConnectAnotherAsync()
    {
        var longest = TimeSpan.Zero;
        await TimeAsync(HttpMethod.Post, "/api/dgx/connections", ConnectionsTests.Connection(fleet.Machine, "another"));
        await TimeAsync(HttpMethod.Post, "/api/dgx/connect/another");
        await TimeAsync(HttpMethod.Delete, "/api/dgx/connections/another");
        return longest;

        async Task TimeAsync(HttpMethod method, string path, object? body = null)
        {
            var watch = Stopwatch.StartNew();
            await ConnectionsTests.DoAsync(fleet.Exporter, method, path, body);
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, watch.Elapsed.Ticks));
        }
    }

    /// <summary>The host's failures, once they name the limit that the attack exceeds.</summary>
    private async Task<string> FailuresAsync(Attack attack)
    {
        string? failures = null;
        return await Until.SeenAsync(
            async () =>
            {
                failures = (await fleet.Exporter.JsonAsync($"/debug/hosts/{HostileFleet.Hostile}"))["failures"]!.ToJsonString();
                return failures.Contains(attack.ExpectedMessage, StringComparison.Ordinal) ? failures : null;
            },
            $"a failure says: {attack.ExpectedMessage}", () => $"{failures}\n{fleet.Exporter.Log}", TimeSpan.FromSeconds(10));
    }

    public sealed class BuiltinFleet() : HostileFleet("builtin");

    public sealed class OpenSshFleet() : HostileFleet("openssh");

    public sealed class WithBuiltinClient(BuiltinFleet fleet) : HostileHostTests(fleet), IClassFixture<BuiltinFleet>
    {
        public static TheoryData<string> Attacks => Attack.Names(_ => true);

        [Theory]
        [MemberData(nameof(Attacks))]
        public Task An_attack_affects_no_other_host(string attack) => PlayAsync(attack);
    }

    public sealed class WithOpenSsh(OpenSshFleet fleet) : HostileHostTests(fleet), IClassFixture<OpenSshFleet>
    {
        public static TheoryData<string> Attacks => Attack.Names(a => a.OnStream || IsLong);

        [Theory]
        [MemberData(nameof(Attacks))]
        public Task An_attack_affects_no_other_host(string attack) => PlayAsync(attack);
    }
}
