using System.Text.RegularExpressions;
using FleetExporter.IntegrationTests.Parts;
using FleetExporter.Tests.Remote;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>
/// A hostile service, provider, gateway or device affects no host and no API call, and fails for the right reason.
/// </summary>
[Collection(nameof(HostileHostTests))]
public sealed partial class HostileTargetsTests(HostileHostTests.BuiltinFleet fleet) : IClassFixture<HostileHostTests.BuiltinFleet>
{
    public static TheoryData<string> Attacks => [.. TargetAttack.All.Select(a => a.Name)];

    public static TheoryData<string> Pushes => [.. DeviceAttack.All.Select(a => a.Name)];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task A_hostile_target_affects_no_host(string name)
    {
        var attack = TargetAttack.Of(name);
        await using var server = new ScriptedServer();
        attack.Play(server);
        var said = fleet.Exporter.Log.Length;

        await PlayAsync(name, attack.Config(server), async observing =>
        {
            await observing;
            await fleet.Exporter.UntilAsync($"{name} has its outcome on the page", HasOutcome, TimeSpan.FromSeconds(10));
        });

        Assert.NotEmpty(server.Requests);
        Assert.Contains(attack.ExpectedMessage, fleet.Exporter.Log[said..], StringComparison.Ordinal);

        bool HasOutcome(Page page) => attack.Reason.Length == 0
            ? page.Find("fleet_collector_success", ("target", HostileFleet.Hostile)) == 1
            : page.Find("fleet_collector_failures_total", ("target", HostileFleet.Hostile), ("reason", attack.Reason)) > 0;
    }

    [Theory]
    [MemberData(nameof(Pushes))]
    public async Task A_hostile_device_affects_no_host(string name)
    {
        var attack = DeviceAttack.Of(name);
        await PlayAsync(name, attack.Config, async observing =>
        {
            var answers = await attack.PushAsync(fleet.Exporter.Http.BaseAddress!, observing, Stop);
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {string.Join(", ", answers.Select(a => $"{a.Value} of {a.Key}"))}");
            Assert.NotEmpty(answers);
            Assert.All(answers.Keys, status => Assert.Contains(status, attack.Answers));
            var page = await fleet.Exporter.PageAsync();
            Assert.Equal(answers.ContainsKey(200), Samples(page, "accepted") > 0);
            Assert.Equal(answers.Keys.Any(s => s != 200), Samples(page, "refused") > 0);
        });

        static double? Samples(Page page, string outcome) =>
            page.Find("fleet_ingest_samples_total", ("source", HostileFleet.Hostile), ("outcome", outcome));
    }

    /// <summary>Has the service watch the target, measures it meanwhile and afterwards.</summary>
    /// <param name="attackAsync">Takes the observation under way; ends after it.</param>
    private async Task PlayAsync(string name, string section, Func<Task, Task> attackAsync)
    {
        var held = fleet.Observer.Use();
        await fleet.AddTargetAsync(section);
        var observing = fleet.Observer.ObserveAsync(TargetAttack.Duration, Stop);
        try
        {
            await attackAsync(observing);
        }
        finally
        {
            await observing;
        }

        var page = await fleet.Exporter.PageAsync();
        var removal = await fleet.RemoveTargetAsync();
        var attacked = await observing;
        var use = await fleet.Observer.SettleAsync(held, Stop);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{name}: {attacked}, grown {(use.Resident - held.Resident) >> 20} MiB after it; "
            + $"removal {removal.TotalMilliseconds:0} ms, page {page.Text.Length >> 10} KiB");

        Assert.DoesNotContain(page.Of("fleet_collector_failures_total", ("reason", "bug")), f => f.Value > 0);
        Assert.DoesNotMatch(Unprintable(), page.Text);
        Assert.True(page.Text.Length < 1 << 20, $"the page has {page.Text.Length} characters");
        Assert.InRange(removal, TimeSpan.Zero, TimeSpan.FromSeconds(3));
        attacked.Check(fleet.Quiet);
        use.Check(held, fleet.Quiet);
    }

    [GeneratedRegex(@"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")]
    private static partial Regex Unprintable();
}
