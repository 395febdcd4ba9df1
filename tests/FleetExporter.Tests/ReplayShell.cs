using System.Collections.Concurrent;
using FleetExporter.Remote;

namespace FleetExporter.Tests;

/// <summary>What a simulated host answers to one word.</summary>
/// <param name="Damaged">The header tells a wrong length.</param>
/// <param name="Hangs">It and everything after it is never answered.</param>
internal sealed record Reply(string Body, int Status = 0, bool Damaged = false, bool Hangs = false);

/// <summary>
/// A host in memory: it takes the sampler's script, learns the nonce from it and answers ticks with the bodies of <see cref="Answers"/>, which a test
/// may change at any time. A word that is not there stays out of the frame.
/// </summary>
internal sealed class ReplayShell(TimeProvider clock) : IShell
{
    private readonly ConcurrentQueue<ReplayProcess> _processes = new();
    private readonly TimeSpan _booted = clock.Elapsed() - TimeSpan.FromSeconds(1000);

    public ConcurrentDictionary<string, Reply> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Set, every attempt to connect ends at once for this reason.</summary>
    public SshFailure? Refuses { get; set; }

    /// <summary>Connects, but the sampler never says hello.</summary>
    public bool IsMute { get; set; }

    public bool Reached { get; set; } = true;

    /// <summary>What stands where the uptime of a section should.</summary>
    public string? FakeUptime { get; set; }

    /// <summary>Where its host is, as <c>host:port</c>; empty where nobody said.</summary>
    public string Address { get; set; } = "";

    /// <summary>What starting a stream throws.</summary>
    public Exception? Throws { get; set; }

    /// <summary>Starting a stream waits for this, whoever cancels it; null: for nothing.</summary>
    public Task? HangsUntil { get; set; }

    /// <summary>What starting a command gives; null: no host takes commands.</summary>
    public Func<IShellProcess>? Command { get; set; }

    /// <summary>Whether it has loops of nvidia-smi; they print what a test writes with <see cref="ReplayProcess.PrintAsync"/>.</summary>
    public bool HasLoops { get; set; }

    /// <summary>The loops that are open, by the query in their command.</summary>
    public IReadOnlyList<ReplayProcess> Loops(string query) =>
        [.. _processes.Where(p => p.IsOpen && p.Command.Contains(query, StringComparison.Ordinal))];

    /// <summary>Streams opened so far.</summary>
    public int Opened(StreamKind kind) => _processes.Count(p => p.Kind == kind);

    /// <summary>The words of every tick so far.</summary>
    public IReadOnlyList<string> Ticks(StreamKind kind) => [.. _processes.Where(p => p.Kind == kind).SelectMany(p => p.Ticks)];

    /// <summary>Lines received so far, empty ones included.</summary>
    public int Lines(StreamKind kind) => _processes.Where(p => p.Kind == kind).Sum(p => p.Received);

    /// <summary>How often the words of a tick held this one.</summary>
    public int Asked(string word) => _processes.Sum(p => p.Ticks.Count(t => t.Split(' ').Contains(word)));

    /// <summary>Grows with everything that happens; equal at two moments means that nothing did in between.</summary>
    public int Progress => _processes.Sum(p => p.Progress);

    /// <summary>Nothing that was asked waits for an answer, but for what hangs.</summary>
    public bool IsIdle => _processes.All(p => p.IsIdle);

    public void Answer(string word, string body, int status = 0) => Answers[word] = new Reply(body, status);

    /// <summary>The connection breaks.</summary>
    public void Break(StreamKind? kind = null)
    {
        foreach (var process in _processes.Where(p => kind is null || p.Kind == kind))
        {
            process.End();
        }
    }

    public async Task<IShellProcess> StartAsync(StreamKind kind, CancellationToken cancellation)
    {
        await (HangsUntil ?? Task.CompletedTask);
        if (Throws is not null)
        {
            throw Throws;
        }

        if (kind == StreamKind.Loop && !HasLoops)
        {
            throw new StreamException(SshFailure.Shell, "the test has no loops");
        }

        var process = new ReplayProcess(this, kind);
        _processes.Enqueue(process);
        if (Refuses is not null)
        {
            process.End();
        }

        return process;
    }

    public Task<IShellProcess> StartCommandAsync(CancellationToken cancellation) =>
        Command?.Invoke() is { } command ? Task.FromResult(command) : throw new StreamException(SshFailure.Shell, "a replayed host runs no commands");

    public bool Connects(StreamKind kind) => kind == StreamKind.Vitals;

    public StreamException Explain(StreamKind kind, int? exitCode, string errorText, bool helloReceived) =>
        new(helloReceived ? SshFailure.Closed : Refuses ?? SshFailure.Shell, helloReceived ? "the connection ended" : "refused by the test");

    internal double Uptime => (clock.Elapsed() - _booted).TotalSeconds;

    internal long Epoch => clock.GetUtcNow().ToUnixTimeSeconds();
}
