using FleetExporter.Events;
using FleetExporter.Store;

namespace FleetExporter.Tests.Events;

public sealed class KnownStatesTests
{
    [Fact]
    public void A_host_that_names_ever_new_subjects_fills_neither_the_memory_nor_the_store()
    {
        var stored = new Dictionary<string, SubjectState?>(StringComparer.Ordinal);
        var known = new KnownStates((subject, state) => stored[subject] = state);

        for (var i = 0; i < 10_000; i++)
        {
            var state = new SubjectState($"gpu:evil/{i}", "evil", "ok");
            known.Set(state);
            known.Seen(state, DateTimeOffset.UnixEpoch);
        }

        known.Set(new SubjectState("host:good", "good", "online"));
        Assert.Equal((2000, 2001), (known.Of("evil", "").Count, stored.Count));
        Assert.NotNull(known.Find("good", "host:good"));
    }
}
