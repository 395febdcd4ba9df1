namespace FleetExporter.Metrics;

/// <summary>This process and its .NET runtime: the library's process metrics, and what operators need beyond them.</summary>
internal static class RuntimeMetrics
{
    private static readonly MetricFamily[] OfLibrary =
    [
        MetricFamily.Counter("process_cpu_seconds_total", "CPU time of the exporter itself, without its ssh clients."),
        MetricFamily.Gauge("process_working_set_bytes", "Resident memory of the exporter itself, without its ssh clients."),
        MetricFamily.Gauge("process_private_memory_bytes", "Private memory of the exporter itself, data segments included that are not resident."),
        MetricFamily.Gauge(
            "process_virtual_memory_bytes", "Virtual memory of the exporter itself; the runtime reserves most of it and never uses it."),
        MetricFamily.Gauge("process_start_time_seconds", "Start time of the exporter."),
        MetricFamily.Gauge("process_num_threads", "Threads of the exporter."),
        MetricFamily.Gauge("process_open_handles", "Open file descriptors of the exporter."),
        MetricFamily.Counter("dotnet_collection_count_total", "Garbage collections by generation.", "generation"),
        MetricFamily.Gauge("dotnet_total_memory_bytes", "Managed heap in use."),
    ];

    private static readonly MetricFamily PauseSeconds = MetricFamily.Counter(
        "dotnet_gc_pause_seconds_total", "Time all threads were paused for garbage collections.");

    private static readonly MetricFamily AllocatedBytes = MetricFamily.Counter(
        "dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap.");

    private static readonly MetricFamily PoolThreads = MetricFamily.Gauge("dotnet_threadpool_threads", "Threads in the runtime's thread pool.");
    private static readonly MetricFamily PoolQueue = MetricFamily.Gauge("dotnet_threadpool_queue_length", "Work items queued to the thread pool.");

    public static IReadOnlyList<MetricFamily> Families { get; } = [.. OfLibrary, PauseSeconds, AllocatedBytes, PoolThreads, PoolQueue];

    public static void AddRuntime(this ServiceMetrics metrics)
    {
        // The library takes a family that exists, and with it our help text.
        foreach (var family in OfLibrary)
        {
            _ = family.Type == MetricType.Counter ? (object)metrics.Counter(family) : metrics.Gauge(family);
        }

        metrics.AddProcess();
        var pause = metrics.Counter(PauseSeconds);
        var allocated = metrics.Counter(AllocatedBytes);
        var threads = metrics.Gauge(PoolThreads);
        var queue = metrics.Gauge(PoolQueue);
        metrics.BeforeExport(() =>
        {
            pause.IncTo(GC.GetTotalPauseDuration().TotalSeconds);
            allocated.IncTo(GC.GetTotalAllocatedBytes());
            threads.Set(ThreadPool.ThreadCount);
            queue.Set(ThreadPool.PendingWorkItemCount);
        });
    }
}
