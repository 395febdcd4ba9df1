namespace FleetExporter.IntegrationTests.Parts;

/// <summary>What this process holds.</summary>
/// <param name="Threads">Without those of the thread pool and of the compiler, which come and go by themselves.</param>
/// <param name="Files">Open file descriptors.</param>
/// <param name="Memory">Managed memory in bytes after a full collection.</param>
internal sealed record ResourceUse(int Threads, int Files, long Memory)
{
    public static ResourceUse Take() => new(
        Directory.EnumerateDirectories("/proc/self/task").Count(IsCounted),
        Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(),
        GC.GetTotalMemory(forceFullCollection: true));

    private static bool IsCounted(string task)
    {
        try
        {
            var name = File.ReadAllText(Path.Combine(task, "comm"));
            return !name.StartsWith(".NET TP ", StringComparison.Ordinal) && !name.StartsWith(".NET Tiered", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
