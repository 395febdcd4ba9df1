using FleetExporter.Collectors;
using FleetExporter.Parsing;

namespace FleetExporter.Views;

/// <summary>A process on a GPU and to whom it belongs; null where it belongs to none of the kind.</summary>
/// <param name="Name">The command line with masked arguments.</param>
/// <param name="User">Login name on the host, or the number of a user without a name.</param>
/// <param name="UserUnknown">Why the user is unknown: ended, hidden or other_namespace; null where it is known.</param>
/// <param name="Pod">UID of its Kubernetes pod.</param>
/// <param name="Unit">Its systemd service.</param>
/// <param name="Session">Name of the tmux session in which it runs, or ran.</param>
/// <param name="Job">Id of the training job that runs in that session.</param>
/// <param name="SessionEnded">Whether that session has ended without it.</param>
internal sealed record GpuProcessView(
    int? Pid, string? Name, long? MemoryMb, string? User, string? UserUnknown, ContainerView? Container, string? Pod, string? SlurmJob, string? Unit,
    string? Session, bool SessionEnded, string? Job)
{
    public static GpuProcessView Of(OwnedGpuProcess process)
    {
        var (of, owner) = (process.Process, process.Owner);
        return new GpuProcessView(
            of.Pid,
            of.Name is null ? null : ProcessArguments.Mask(of.Name),
            JsonNumber.Mebibytes(of.MemoryBytes),
            owner?.User,
            process.Unknown is { } unknown ? Words.Of(unknown) : null,
            owner?.Container is { } container ? new ContainerView(container.Runtime, container.ShortId, process.ContainerName) : null,
            owner?.Pod,
            owner?.SlurmJob,
            owner?.Unit,
            process.Session?.Name,
            process.HasSessionEnded,
            process.Job);
    }
}

/// <param name="Id">12 digits, or the name of a container that has no number.</param>
/// <param name="Name">Null where the login user may not ask the engine.</param>
internal sealed record ContainerView(string Runtime, string Id, string? Name);
