namespace FleetExporter.Parsing;

/// <summary>A process that holds memory of a GPU; the same pid comes once per GPU. Null where the driver does not tell.</summary>
internal sealed record GpuProcess
{
    /// <summary>Of the whole card, also for a process in a MIG slice.</summary>
    public string? GpuUuid { get; init; }

    /// <summary>Of the host's pid namespace, not of a container's.</summary>
    public int? Pid { get; init; }

    /// <summary>A program, a path, a whole command line or a title that the process gave itself; newer drivers print <c>?</c> for a comma.</summary>
    public string? Name { get; init; }

    /// <summary>Null on Windows and WSL2, where the operating system owns the memory.</summary>
    public double? MemoryBytes { get; init; }
}

/// <summary>One answer of <c>--query-compute-apps</c>.</summary>
internal sealed record GpuProcesses
{
    /// <summary>A command line is as long as it likes; of what is longer the beginning is kept.</summary>
    private const int LongestProgram = 256;

    /// <summary>What to ask, in this order: the name may contain commas, so it stands between columns that cannot.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["gpu_uuid", "pid", "process_name", "used_memory"];

    public required IReadOnlyList<GpuProcess> Processes { get; init; }

    /// <summary>Lines that are neither a row nor understood; at most 20 of 200 characters.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Parses <c>nvidia-smi --query-compute-apps=… --format=csv[,noheader][,nounits]</c>.</summary>
    /// <param name="output">One line per process and GPU. Columns before the name count from the left, those after it from the right.</param>
    /// <param name="fields">What was asked, in order and in any spelling; columns of fields that we do not know are ignored.</param>
    /// <returns>Processes in output order; none for an empty answer. Bad lines beside good rows are faults.</returns>
    /// <exception cref="ToolFailureException">No row and something else was said: the text is a known error, or nothing parses.</exception>
    /// <remarks>Seen: captures/, threads/; drivers 580 to 610, Linux, Windows, WSL2, containers, GB10, MIG. Commas: synthetic/.</remarks>
    public static GpuProcesses Parse(string output, IReadOnlyList<string> fields)
    {
        var columns = fields.Select(Canonical).ToArray();
        var processes = new List<GpuProcess>();
        var faults = new List<string>();
        foreach (var line in SmiText.Lines(output))
        {
            if (ReadRow(line, columns) is { } process)
            {
                processes.Add(process);
                RemoteLimits.Check(processes.Count, RemoteLimits.GpuProcesses, "processes on GPUs");
            }
            else if (faults.Count < SmiText.MaxLines && !IsAside(line, columns))
            {
                faults.Add(SmiText.Clip(line));
            }
        }

        return processes.Count > 0 || faults.Count == 0
            ? new GpuProcesses { Processes = processes, Faults = faults }
            : throw SmiText.Failure(string.Join('\n', faults));
    }

    private static GpuProcess? ReadRow(string line, string[] columns)
    {
        var cells = line.Split(',');
        var name = Array.IndexOf(columns, "process_name");
        var extra = cells.Length - columns.Length;
        if (extra < 0 || (extra > 0 && name < 0) || SmiText.IsSentence(line) || IsAside(line, columns))
        {
            return null;
        }

        string? At(string column) =>
            Array.IndexOf(columns, column) is >= 0 and var i ? cells[name >= 0 && i > name ? i + extra : i].Trim() : null;
        var (uuid, pid, memory) = (At("gpu_uuid"), At("pid"), At("used_memory"));
        var shaped = (Cell.IsToken(uuid) || uuid!.StartsWith("GPU-", StringComparison.Ordinal) || uuid.StartsWith("MIG-", StringComparison.Ordinal))
            && (Cell.IsToken(pid) || Cell.Integer(pid) is not null)
            && (Cell.IsToken(memory) || Cell.Number(memory, "MiB", 0, double.MaxValue) is not null);
        var program = name < 0 ? null : string.Join(',', cells[name..(name + extra + 1)]);
        return !shaped ? null : new GpuProcess
        {
            GpuUuid = Cell.Text(uuid),
            Pid = Cell.Integer(pid),
            Name = Cell.IsToken(program) ? null : Printable.Line(program!, LongestProgram),
            MemoryBytes = Cell.Bytes(memory),
        };
    }

    /// <summary>A header, a warning, or the sentence for none.</summary>
    private static bool IsAside(string line, string[] columns) =>
        Canonical(Cell.Split(line)[0]) == columns[0]
        || SmiText.IsWarning(line)
        || line.Contains("No running processes found", StringComparison.OrdinalIgnoreCase);

    private static string Canonical(string field) => GpuFields.WithoutUnit(field) switch
    {
        "name" => "process_name",
        "used_gpu_memory" => "used_memory",
        var other => other,
    };
}
