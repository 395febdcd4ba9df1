using FleetExporter.Hosting;
using FleetExporter.Metrics;
using FleetExporter.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace FleetExporter.IntegrationTests.Store;

/// <summary>The tables of events and of what is known, on every kind of store.</summary>
public sealed class EventLogTests
{
    private static readonly ExporterInstance One = new(new string('1', 32), new string('a', 32));
    private static readonly ExporterInstance Two = new(new string('2', 32), new string('b', 32));
    private static readonly Dictionary<string, SubjectState?> NoStates = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, EveryStore]
    public async Task Events_round_trip_and_a_repeated_write_adds_none(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var log = new EventLog(store.Database);
        FleetEvent[] events =
        [
            Event(store, "host:a") with { Host = "a", From = "online", To = "offline", Reason = "timeout", Severity = EventSeverity.Critical },
            Event(store, "session:a:zoë/train") with { Kind = EventKind.Session, Text = "nul \0 and half \ud800", Host = "a" },
            Event(store, "gpu:b/3") with { Kind = EventKind.Gpu, Host = "b", Detail = new() { ["xid"] = 79 } },
        ];

        await WriteAsync(log, One, events);
        await WriteAsync(log, One, events);

        var read = await ListAsync(log, new EventQuery());
        Assert.Equal(events.Reverse().Select(e => e.Subject), read.Select(e => e.Subject));
        Assert.Equal(events[0] with { Detail = null }, read[2] with { Detail = null });
        Assert.Equal("nul \ufffd and half \ufffd", read[1].Text);
        Assert.Equal("""{"xid":79}""", read[0].Detail!.ToJsonString());
    }

    [Theory, EveryStore]
    public async Task Filters_combine(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var log = new EventLog(store.Database);
        await WriteAsync(
            log, One,
            Event(store, "host:a") with { Host = "a", Text = "a is 50% OFF", Reason = "timeout" },
            Event(store, "host:b") with { Host = "b", At = store.Clock.Now.AddMinutes(1), Severity = EventSeverity.Ok },
            Event(store, "gpu:a/0") with { Host = "a", At = store.Clock.Now.AddMinutes(2), Kind = EventKind.Gpu, Severity = EventSeverity.Critical });

        await FindsAsync(new EventQuery(Kinds: [EventKind.Gpu, EventKind.Alert]), "gpu:a/0");
        await FindsAsync(new EventQuery(Hosts: ["a"]), "gpu:a/0", "host:a");
        await FindsAsync(new EventQuery(Hosts: ["a"], Kinds: [EventKind.Host]), "host:a");
        await FindsAsync(new EventQuery(Subject: "host:b"), "host:b");
        await FindsAsync(new EventQuery(Severities: [EventSeverity.Ok, EventSeverity.Critical]), "gpu:a/0", "host:b");
        await FindsAsync(new EventQuery(Since: store.Clock.Now.AddMinutes(1)), "gpu:a/0", "host:b");
        await FindsAsync(new EventQuery(Until: store.Clock.Now.AddMinutes(1)), "host:a");
        await FindsAsync(new EventQuery(Word: "50% off"), "host:a");
        await FindsAsync(new EventQuery(Word: "TIMEOUT"), "host:a");
        await FindsAsync(new EventQuery(Word: "5_%"));
        await FindsAsync(new EventQuery(Word: "'; DROP TABLE events"));

        async Task FindsAsync(EventQuery query, params string[] subjects) =>
            Assert.Equal(subjects, (await ListAsync(log, query)).Select(e => e.Subject));
    }

    [Theory, EveryStore]
    public async Task Pages_follow_each_other(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var log = new EventLog(store.Database);
        await WriteAsync(log, One, [.. Enumerable.Range(0, 7).Select(i => Event(store, $"host:{i}") with { At = store.Clock.Now.AddSeconds(i) })]);
        List<string> subjects = [];
        string? cursor = null;
        do
        {
            var page = (await log.ListAsync(new EventQuery(), 3, cursor, Stop)).Value!;
            subjects.AddRange(page.Items.Select(e => e.Subject));
            cursor = page.NextCursor;

            // A newer event does not move the next page.
            await WriteAsync(log, One, Event(store, "host:new") with { At = store.Clock.Now.AddHours(1) });
        }
        while (cursor is not null);

        Assert.Equal(["host:6", "host:5", "host:4", "host:3", "host:2", "host:1", "host:0"], subjects);
    }

    [Theory, EveryStore]
    public async Task Rows_are_deleted_by_age_and_number_the_oldest_first(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var log = new EventLog(store.Database, maxRows: 1200);
        for (var i = 0; i < 3000; i += 500)
        {
            await WriteAsync(
                log, One, [.. Enumerable.Range(i, 500).Select(n => Event(store, $"host:{n}") with { At = store.Clock.Now.AddSeconds(n) })]);
        }

        Assert.Null(await log.TrimAsync(Stop));
        Assert.Equal("1200 host:1800", await RowsAsync());

        store.Clock.Now = store.Clock.Now.AddDays(90).AddSeconds(2500);
        Assert.Null(await log.TrimAsync(Stop));
        Assert.Equal("500 host:2500", await RowsAsync());
        Assert.Equal((100_000, 90), (EventLog.MaxRows, EventLog.Retention.TotalDays));

        async Task<string> RowsAsync() => (await store.AskAsync(
            "SELECT COUNT(*) || ' ' || (SELECT subject FROM events ORDER BY id LIMIT 1) FROM events")).Output;
    }

    [Theory, EveryStore]
    public async Task What_is_known_belongs_to_one_exporter_and_ends_with_it(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var log = new EventLog(store.Database);
        SubjectState[] states =
        [
            new(Subjects.Exporter, "", "running", At: store.Clock.Now),
            new("host:a", "a", "online", "boot"), new("session:a:ann/x", "a", "running", "$1 5", "x", store.Clock.Now.AddMilliseconds(1)),
        ];
        await StoreAsync(One, states);
        await StoreAsync(Two, states[0] with { At = store.Clock.Now.AddDays(80) }, states[1] with { State = "offline" });
        Assert.Equal(states.ToHashSet(), [.. (await log.StatesAsync(One, Stop)).Value!]);

        await StoreAsync(One, states[1] with { State = "degraded", Identity = null });
        Assert.Null((await log.WriteAsync([], new Dictionary<string, SubjectState?> { ["session:a:ann/x"] = null }, One, Stop)).Error);
        Assert.Equal(
            [states[0], states[1] with { State = "degraded", Identity = null }],
            (await log.StatesAsync(One, Stop)).Value!.OrderBy(s => s.Subject));

        store.Clock.Now = store.Clock.Now.AddDays(91);
        Assert.Null(await log.TrimAsync(Stop));
        Assert.Empty((await log.StatesAsync(One, Stop)).Value!);
        Assert.Equal(2, (await log.StatesAsync(Two, Stop)).Value!.Count);

        async Task StoreAsync(ExporterInstance by, params SubjectState[] all) =>
            Assert.Null((await log.WriteAsync([], all.ToDictionary(s => s.Subject, s => (SubjectState?)s), by, Stop)).Error);
    }

    [Theory, EveryStore]
    public async Task Events_wait_while_the_store_is_unavailable_and_are_written_once(StoreKind kind)
    {
        await using var store = await StoreBackend.NewAsync(kind);
        var metrics = new EventMetrics(new ExporterMetrics());
        var (log, queue) = (new EventLog(store.Database), new EventQueue(One, metrics, store.Clock));
        var parts = new LoopDependencies(new LoopMetrics(new ExporterMetrics()), store.Clock, NullLogger<HostedLoop>.Instance);
        using var writer = new EventWriter(queue, log, One, metrics, parts);
        List<string> told = [];
        writer.Written += e => told.Add(e.Subject);
        Assert.Null(await store.Database.OpenAsync(Stop));
        store.Database.Breaker.Open(new StoreError.Unavailable("the test"));
        queue.Add(Event(store, "host:a"));
        await writer.WriteAsync(isLast: false, Stop);
        queue.Add(Event(store, "host:b"));
        await writer.WriteAsync(isLast: false, Stop);
        Assert.Empty(told);

        Assert.Null(await store.Database.OpenAsync(Stop));
        await writer.WriteAsync(isLast: false, Stop);
        await writer.WriteAsync(isLast: false, Stop);

        Assert.Equal(["host:a", "host:b"], told);
        Assert.Equal(["host:b", "host:a"], (await ListAsync(log, new EventQuery())).Select(e => e.Subject));
    }

    private static async Task WriteAsync(EventLog log, ExporterInstance by, params FleetEvent[] events) =>
        Assert.Null((await log.WriteAsync(events, NoStates, by, Stop)).Error);

    private static async Task<IReadOnlyList<FleetEvent>> ListAsync(EventLog log, EventQuery query) =>
        (await log.ListAsync(query, 100, null, Stop)).Value!.Items;

    private static int _count;

    private static FleetEvent Event(StoreBackend store, string subject) => new()
    {
        Id = Ids.New(store.Clock.Now.AddMilliseconds(Interlocked.Increment(ref _count))),
        At = store.Clock.Now,
        Kind = EventKind.Host,
        Severity = EventSeverity.Info,
        Subject = subject,
        Text = "text",
        Exporter = One.Id,
    };
}
