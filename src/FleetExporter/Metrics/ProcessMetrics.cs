using System.Diagnostics;

namespace FleetExporter.Metrics;

/// <summary>This process and its runtime, under the names that Prometheus' client libraries use for a process.</summary>
public static class ProcessMetrics
{
    private static readonly MetricFamily CpuSeconds = MetricFamily.Counter("process_cpu_seconds_total", "CPU time of the exporter itself, without its ssh clients.");
    private static readonly MetricFamily ResidentMemory = MetricFamily.Gauge("process_resident_memory_bytes", "Resident memory of the exporter itself, without its ssh clients.");
    private static readonly MetricFamily StartTime = MetricFamily.Gauge("process_start_time_seconds", "When the exporter was started.");
    private static readonly MetricFamily Threads = MetricFamily.Gauge("process_threads", "Threads of the exporter.");
    private static readonly MetricFamily OpenFiles = MetricFamily.Gauge("process_open_fds", "File descriptors the exporter has open, from /proc/self/fd.");
    private static readonly MetricFamily Collections = MetricFamily.Counter("dotnet_gc_collections_total", "Garbage collections by generation.", "generation");
    private static readonly MetricFamily PauseSeconds = MetricFamily.Counter("dotnet_gc_pause_seconds_total", "Time all threads stood still for garbage collections.");
    private static readonly MetricFamily HeapBytes = MetricFamily.Gauge("dotnet_gc_heap_bytes", "Managed heap in use.");
    private static readonly MetricFamily AllocatedBytes = MetricFamily.Counter("dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap.");
    private static readonly MetricFamily PoolThreads = MetricFamily.Gauge("dotnet_threadpool_threads", "Threads of the runtime's pool.");
    private static readonly MetricFamily PoolQueue = MetricFamily.Gauge("dotnet_threadpool_queue_length", "Work items that wait for a thread of the pool.");

    public static IReadOnlyList<MetricFamily> All { get; } =
    [
        CpuSeconds, ResidentMemory, StartTime, Threads, OpenFiles, Collections, PauseSeconds, HeapBytes, AllocatedBytes, PoolThreads, PoolQueue,
    ];

    public static void Write(MetricsPage page)
    {
        using var self = Process.GetCurrentProcess();
        page.Add(CpuSeconds, Labels.None, self.TotalProcessorTime.TotalSeconds);
        page.Add(ResidentMemory, Labels.None, self.WorkingSet64);
        page.Add(StartTime, Labels.None, new DateTimeOffset(self.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        page.Add(Threads, Labels.None, self.Threads.Count);
        page.Add(OpenFiles, Labels.None, OpenFileCount());
        for (var generation = 0; generation <= GC.MaxGeneration; generation++)
        {
            page.Add(Collections, Labels.None, GC.CollectionCount(generation), ("generation", generation.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        }

        page.Add(PauseSeconds, Labels.None, GC.GetTotalPauseDuration().TotalSeconds);
        page.Add(HeapBytes, Labels.None, GC.GetTotalMemory(forceFullCollection: false));
        page.Add(AllocatedBytes, Labels.None, GC.GetTotalAllocatedBytes());
        page.Add(PoolThreads, Labels.None, ThreadPool.ThreadCount);
        page.Add(PoolQueue, Labels.None, ThreadPool.PendingWorkItemCount);
    }

    private static double? OpenFileCount() => Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : null;
}
