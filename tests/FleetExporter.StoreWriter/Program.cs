using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Store;

// Writes to the store given by "sqlite" and a folder, or a postgres:// URL, until it is killed, from four writers at once.
// A line on standard output is a write that the store has acknowledged: job NAME, metric JOB VALUE, audit ID.
if (args is not [var given, var folder] || !StoreConfig.TryParse(given, out var config, out _))
{
    return 2;
}

await using var database = Databases.Create(config, folder, TimeProvider.System, new StoreMetrics(new ExporterMetrics()));
var connections = new Connections(database);
var projects = new Projects(database);
var jobs = new Jobs(database);
var audit = new AuditLog(database);
var run = Guid.NewGuid().ToString("N")[..8];
// Under load the store may be late once; what it has not acknowledged is not said, and the next one is tried.
var connection = await UntilKeptAsync(i => connections.AddAsync(new Connection { Name = $"c-{run}-{i}", Hostname = "h" }, default));
var project = await UntilKeptAsync(i => projects.AddAsync(new Project { Name = $"p-{run}-{i}", ConnectionId = connection.Id }, default));
await Task.WhenAll(Enumerable.Range(0, 4).Select(WriteAsync));
return 0;

async Task WriteAsync(int writer)
{
    for (var i = 0; ; i++)
    {
        if (await KeptAsync(await jobs.AddAsync(new Job { Name = $"j-{run}-{writer}-{i}", ProjectId = project.Id }, default)) is not { } job)
        {
            continue;
        }

        Say($"job {job.Name}");
        var step = i;
        var changed = await jobs.ChangeAsync(job.Id, j => (j with { Status = JobStatus.Running }).WithMetrics(new() { ["step"] = step }), default);
        if (await KeptAsync(changed) is not null)
        {
            Say($"metric {job.Name} {i}");
        }

        var entry = new AuditEntry
        {
            At = TimeProvider.System.GetUtcNow(),
            Who = run,
            Address = "::1",
            Action = "reload",
            Duration = TimeSpan.Zero,
            Outcome = AuditOutcome.Ok,
        };
        if (await KeptAsync(await audit.AddAsync(entry)) is { } row)
        {
            Say($"audit {row.Id}");
        }
    }
}

async Task<T> UntilKeptAsync<T>(Func<int, Task<StoreResult<T>>> write)
    where T : class
{
    for (var i = 0; ; i++)
    {
        if (await KeptAsync(await write(i)) is { } kept)
        {
            return kept;
        }
    }
}

async Task<T?> KeptAsync<T>(StoreResult<T> result)
    where T : class
{
    if (result.Error is StoreError.Unavailable or StoreError.Busy)
    {
        await database.OpenAsync(default);
        return null;
    }

    return Must(result);
}

static void Say(string line)
{
    lock (Console.Out)
    {
        Console.Out.Write(line + "\n");
        Console.Out.Flush();
    }
}

static T Must<T>(StoreResult<T> result)
    where T : class => result.Success ? result.Value : throw new InvalidOperationException(result.Error.ToString());
