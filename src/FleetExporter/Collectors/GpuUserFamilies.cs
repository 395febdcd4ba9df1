using FleetExporter.Metrics;

namespace FleetExporter.Collectors;

/// <summary>The metric families of the processes on a GPU, their users and containers, and of how it is used.</summary>
internal static class GpuUserFamilies
{
    public static readonly MetricFamily ProcessMemory = MetricFamily.Gauge(
        "fleet_gpu_process_memory_bytes",
        "GPU memory of compute processes by runtime, from nvidia-smi --query-compute-apps; absent where the driver hides it.",
        "host", "gpu", "uuid", "runtime");

    public static readonly MetricFamily Processes = MetricFamily.Gauge(
        "fleet_gpu_processes", "Compute processes on the GPU, from nvidia-smi --query-compute-apps.", "host", "gpu", "uuid");

    public static readonly MetricFamily UserMemory = MetricFamily.Gauge(
        "fleet_gpu_user_memory_bytes",
        "GPU memory of the compute processes of a user, (unknown) where /proc hides whose they are; absent where the driver hides the memory.",
        "host", "gpu", "uuid", "user");

    public static readonly MetricFamily ContainerMemory = MetricFamily.Gauge(
        "fleet_gpu_container_memory_bytes",
        "GPU memory of the compute processes in a container, by its name, or its short id where the engine does not tell the name; "
            + "pod is the UID of its Kubernetes pod.",
        "host", "gpu", "uuid", "runtime", "container", "pod");

    public static readonly MetricFamily UserSeconds = MetricFamily.Counter(
        "fleet_gpu_user_seconds_total",
        "Time in which a user had a process on the GPU. Users who have one at the same time share the time as they share the memory, "
            + "so that all of them together, with (none) for the time without a process and (not listed) for the time without a list of them, give "
            + "the time the GPU was watched.",
        "host", "gpu", "uuid", "user");

    public static readonly MetricFamily UserJoules = MetricFamily.Counter(
        "fleet_gpu_user_joules_total",
        "Energy of the GPU while a user had a process on it, shared between users as they share the memory: the driver does not measure it per "
            + "process. All users together, with (none) and (not listed), give fleet_gpu_energy_joules_total.",
        "host", "gpu", "uuid", "user");

    public static readonly MetricFamily IdleSeconds = MetricFamily.Counter(
        "fleet_gpu_user_held_idle_seconds_total",
        "Part of fleet_gpu_user_seconds_total in which the GPU was held idle, after the first gpu_held_idle_seconds of thresholds.",
        "host", "gpu", "uuid", "user");

    public static readonly MetricFamily IdleJoules = MetricFamily.Counter(
        "fleet_gpu_user_held_idle_joules_total", "Part of fleet_gpu_user_joules_total that was used while the GPU was held idle.",
        "host", "gpu", "uuid", "user");

    public static readonly MetricFamily HeldIdle = MetricFamily.Gauge(
        "fleet_gpu_held_idle_seconds",
        "Time for which memory or processes have been on the GPU while its utilisation was below gpu_idle_ratio of thresholds; 0 while it is used "
            + "or free.",
        "host", "gpu", "uuid");

    public static readonly MetricFamily Free = MetricFamily.Gauge(
        "fleet_gpu_free",
        "1 if no process is on the GPU, little memory is in use and it has been idle for gpu_free_seconds, as thresholds define it; else 0.",
        "host", "gpu", "uuid");

    public static readonly MetricFamily Unaccounted = MetricFamily.Gauge(
        "fleet_gpu_unaccounted",
        "1 if the GPU is used although nvidia-smi lists no process on it: kind utilization (20 % or more) or memory (15 % and 2 GiB or more); "
            + "else 0.",
        "host", "gpu", "uuid", "kind");

    public static readonly MetricFamily Orphaned = MetricFamily.Gauge(
        "fleet_gpu_orphaned_processes", "Compute processes on the GPU whose tmux session has ended without them.", "host", "gpu", "uuid");

    public static IReadOnlyList<MetricFamily> OfProcesses { get; } =
        [ProcessMemory, Processes, UserMemory, ContainerMemory, UserSeconds, UserJoules, IdleSeconds, IdleJoules, Orphaned];

    public static IReadOnlyList<MetricFamily> OfGpus { get; } = [HeldIdle, Free, Unaccounted];
}
