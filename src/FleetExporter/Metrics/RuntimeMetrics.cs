namespace FleetExporter.Metrics;

/// <summary>Metrics of the process and the .NET runtime: those of prometheus-net and additional ones.</summary>
internal static class RuntimeMetrics
{
    private static readonly MetricFamily[] LibraryFamilies =
    [
        MetricFamily.Counter("process_cpu_seconds_total", "CPU time of the exporter, without its ssh processes."),
        MetricFamily.Gauge("process_working_set_bytes", "Resident memory of the exporter, without its ssh processes."),
        MetricFamily.Gauge("process_private_memory_bytes", "Private memory of the exporter, including data segments that are not resident."),
        MetricFamily.Gauge(
            "process_virtual_memory_bytes", "Virtual memory of the exporter; most of it is reserved by the runtime and never used."),
        MetricFamily.Gauge("process_start_time_seconds", "Start time of the exporter."),
        MetricFamily.Gauge("process_num_threads", "Threads of the exporter."),
        MetricFamily.Gauge("process_open_handles", "Open file descriptors of the exporter."),
        MetricFamily.Counter("dotnet_collection_count_total", "Garbage collections by generation.", "generation"),
        MetricFamily.Gauge("dotnet_total_memory_bytes", "Managed heap in use."),
    ];

    private static readonly MetricFamily PauseSeconds = MetricFamily.Counter(
        "dotnet_gc_pause_seconds_total", "Total time that garbage collections paused all threads.");

    private static readonly MetricFamily AllocatedBytes = MetricFamily.Counter(
        "dotnet_gc_allocated_bytes_total", "Bytes allocated on the managed heap.");

    private static readonly MetricFamily PoolThreads = MetricFamily.Gauge("dotnet_threadpool_threads", "Threads in the runtime's thread pool.");
    private static readonly MetricFamily PoolQueue = MetricFamily.Gauge("dotnet_threadpool_queue_length", "Work items queued to the thread pool.");

    public static IReadOnlyList<MetricFamily> Families { get; } = [.. LibraryFamilies, PauseSeconds, AllocatedBytes, PoolThreads, PoolQueue];

    public static void AddRuntime(this ExporterMetrics metrics)
    {
        // The library reuses existing families, and with them our HELP texts.
        foreach (var family in LibraryFamilies)
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
