using System.Globalization;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Tests.Fuzz;

/// <summary>
/// Random sections on the whole way from a frame to page, views and streams. <c>FLEET_TEST_SEED</c> sets the seed.
/// </summary>
public sealed class SectionFuzzTests
{
    private const int PollsOfAHost = 8;

    private static readonly int Sections = LongForm.Count(20_000, 1_000_000);

    private static readonly int FirstSeed = int.Parse(
        Environment.GetEnvironmentVariable("FLEET_TEST_SEED") ?? "20261201", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_section_gives_a_valid_page_and_valid_JSON()
    {
        var config = FuzzedHost.Config("fuzzed");
        var (sections, answered) = (0, 0);
        for (var seed = FirstSeed; sections < Sections; seed++)
        {
            var (state, clock) = (new FleetState(), new FakeClock());
            var host = new FuzzedHost(seed, config, state, clock);
            var outputs = new FuzzedOutputs(state, clock);
            for (var poll = 0; poll < PollsOfAHost; poll++)
            {
                try
                {
                    await host.PollAsync();
                    outputs.Check(host.Snapshot);
                }
                catch (Exception e)
                {
                    Assert.Fail($"FLEET_TEST_SEED={seed}, poll {poll}: {e}\n{host.Sent}");
                }

                answered += host.Snapshot.Outcomes.Count(o => o.Failure is null);
            }

            sections += host.Sections;
        }

        // Enough sections are valid to exercise the later stages.
        Assert.InRange(answered / (double)sections, 0.3, 0.9);
    }
}
