namespace FleetExporter.IntegrationTests.Parts;

/// <summary>Resources of this process.</summary>
/// <param name="Threads">Without threads of the thread pool and the JIT compiler.</param>
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
