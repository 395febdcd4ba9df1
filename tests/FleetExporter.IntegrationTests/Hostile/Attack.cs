using FleetExporter.Tests;

namespace FleetExporter.IntegrationTests.Hostile;

/// <summary>An attack of <c>Peer/attacks.py</c>.</summary>
/// <param name="ExpectedMessage">Part of the failure that the host ends up with; empty where the attack stays within every limit.</param>
/// <param name="OnStream">It attacks the stream and not its sections, so that the SSH client matters: its short form runs with both.</param>
internal sealed record Attack(string Name, string ExpectedMessage, bool OnStream = false)
{
    /// <summary>Time under attack.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(LongForm.Count(5, 60));

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("EndlessLine", "MiB in one frame", OnStream: true),
        new("NoiseBeforeHello", "more than 1 MiB before", OnStream: true),
        new("Trickle", "no answer within", OnStream: true),
        new("Flood", "MiB in one frame", OnStream: true),
        new("OutOfOrder", "no answer within 2 s", OnStream: true),
        new("Names", "exceeds the limit of 4194304", OnStream: true),
        new("IgnoresEnd", ""),
        new("Rows", "more than 50000 lines"),
        new("DeepXml", "more than 32 levels of XML"),
        new("ManyGpus", "more than 64 GPUs"),
        new("NewIds", "more than 256 different GPUs"),
        new("Numbers", ""),
        new("Divisors", ""),
        new("Clock", ""),
    ];

    public static TheoryData<string> Names(Func<Attack, bool> chosen) => [.. All.Where(chosen).Select(a => a.Name)];

    public static Attack Of(string name) => All.Single(a => a.Name == name);
}
