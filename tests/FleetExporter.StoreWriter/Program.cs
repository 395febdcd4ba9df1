using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Store;

// Writes to the store given by "sqlite" and a folder, or a postgres:// URL, until it is killed, from four writers at once.
// A line on standard output is a write that the store has acknowledged: job NAME, metric JOB VALUE, audit ID.
if (args is not [var given, var folder] || !StoreConfig.TryParse(given, out var config, out _))
{
    return 2;
}

await using var database = Database.Of(config, folder, TimeProvider.System, new StoreMetrics(new ServiceMetrics()));
var connections = new Connections(database);
var projects = new Projects(database);
var jobs = new Jobs(database);
var audit = new AuditLog(database);
var run = Guid.NewGuid().ToString("N")[..8];
var connection = Must(await connections.AddAsync(new Connection { Name = $"c-{run}", Hostname = "h" }, default));
var project = Must(await projects.AddAsync(new Project { Name = $"p-{run}", ConnectionId = connection.Id }, default));
await Task.WhenAll(Enumerable.Range(0, 4).Select(WriteAsync));
return 0;

async Task WriteAsync(int writer)
{
    for (var i = 0; ; i++)
    {
        var job = Must(await jobs.AddAsync(new Job { Name = $"j-{run}-{writer}-{i}", ProjectId = project.Id }, default));
        Say($"job {job.Name}");
        Must(await jobs.ChangeAsync(job.Id, j => (j with { Status = JobStatus.Running }).WithMetrics(new() { ["step"] = i }), default));
        Say($"metric {job.Name} {i}");
        var row = Must(await audit.AddAsync(
            new AuditEntry { At = TimeProvider.System.GetUtcNow(), Who = run, Address = "::1", Action = "reload", Duration = TimeSpan.Zero, Outcome = AuditOutcome.Ok }, default));
        Say($"audit {row.Id}");
    }
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
