using FleetExporter.Parsing;

namespace FleetExporter.Collectors;

/// <summary>Why the owner of a process on a GPU is unknown.</summary>
internal enum UnknownOwner
{
    /// <summary>Not asked yet, it has just ended, or its pid belongs to a younger process.</summary>
    Ended,

    /// <summary>/proc shows the login user only its own processes (<c>hidepid</c>).</summary>
    Hidden,

    /// <summary>The exporter's shell is in another pid namespace than the processes.</summary>
    OtherNamespace,
}

/// <summary>A process on a GPU and to whom it belongs.</summary>
/// <param name="Owner">Null where unknown.</param>
/// <param name="Unknown">Why the owner is unknown; null where it is known.</param>
internal sealed record OwnedGpuProcess(GpuProcess Process, ProcessOwner? Owner, UnknownOwner? Unknown)
{
    /// <summary>Stands for a user that is unknown.</summary>
    public const string UnknownUser = "(unknown)";

    public string User => Owner?.User ?? UnknownUser;

    /// <summary>Name of its container; null where the engine does not tell.</summary>
    public string? ContainerName { get; init; }

    /// <summary>The tmux session in which it runs, or ran.</summary>
    public ProcessSession? Session { get; init; }

    /// <summary>Whether that session has ended without it.</summary>
    public bool HasSessionEnded { get; init; }

    /// <summary>Id of the training job that runs in that session.</summary>
    public string? Job { get; init; }
}

/// <summary>A tmux session, by the user of its server and tmux' id of it.</summary>
internal sealed record ProcessSession(string User, string Id, string Name);

/// <summary>Time and energy that a user has had of a GPU, and how much of both it was held without being used.</summary>
internal readonly record struct GpuUserTally(double Seconds, double Joules, double IdleSeconds, double IdleJoules)
{
    public GpuUserTally Plus(GpuUserTally other) => new(
        Seconds + other.Seconds, Joules + other.Joules, IdleSeconds + other.IdleSeconds, IdleJoules + other.IdleJoules);
}
