namespace FleetExporter.Parsing;

/// <summary>A process that uses GPU memory; a pid occurs once per GPU. Null where the driver reports no value.</summary>
internal sealed record GpuProcess
{
    /// <summary>UUID of the whole GPU, also for a process in a MIG slice.</summary>
    public string? GpuUuid { get; init; }

    /// <summary>In the host's pid namespace.</summary>
    public int? Pid { get; init; }

    /// <summary>A program, path, command line or title set by the process; newer drivers print <c>?</c> for a comma.</summary>
    public string? Name { get; init; }

    /// <summary>Null on Windows and WSL2, where the operating system owns the memory.</summary>
    public double? MemoryBytes { get; init; }
}

/// <summary>Output of <c>--query-compute-apps</c>.</summary>
internal sealed record GpuProcesses
{
    /// <summary>Longer command lines are truncated.</summary>
    private const int MaxProgramLength = 256;

    /// <summary>Queried fields. The name may contain commas, so it is between columns that cannot.</summary>
    public static IReadOnlyList<string> Fields { get; } = ["gpu_uuid", "pid", "process_name", "used_memory"];

    public required IReadOnlyList<GpuProcess> Processes { get; init; }

    /// <summary>Lines that could not be parsed; at most 20 of 200 characters.</summary>
    public IReadOnlyList<string> UnparsedLines { get; init; } = [];

    /// <summary>Parses <c>nvidia-smi --query-compute-apps=… --format=csv[,noheader][,nounits]</c>.</summary>
    /// <param name="output">One line per process and GPU. Columns before the name count from the left, those after it from the right.</param>
    /// <param name="fields">Queried fields in order, in any spelling; columns of unknown fields are ignored.</param>
    /// <returns>Processes in output order; empty for an empty output.</returns>
    /// <exception cref="ToolFailureException">No row but other text: a known error, or nothing could be parsed.</exception>
    /// <remarks>Seen: captures/, threads/; drivers 580 to 610, Linux, Windows, WSL2, containers, GB10, MIG. Commas: synthetic/.</remarks>
    public static GpuProcesses Parse(string output, IReadOnlyList<string> fields)
    {
        var columns = fields.Select(Canonical).ToArray();
        var processes = new List<GpuProcess>();
        var unparsed = new List<string>();
        foreach (var line in SmiText.Lines(output))
        {
            if (ReadRow(line, columns) is { } process)
            {
                processes.Add(process);
                RemoteLimits.Check(processes.Count, RemoteLimits.GpuProcesses, "processes on GPUs");
            }
            else if (unparsed.Count < SmiText.MaxLines && !IsIgnored(line, columns))
            {
                unparsed.Add(SmiText.Clip(line));
            }
        }

        return processes.Count > 0 || unparsed.Count == 0
            ? new GpuProcesses { Processes = processes, UnparsedLines = unparsed }
            : throw SmiText.Failure(string.Join('\n', unparsed));
    }

    private static GpuProcess? ReadRow(string line, string[] columns)
    {
        var cells = line.Split(',');
        var name = Array.IndexOf(columns, "process_name");
        var extra = cells.Length - columns.Length;
        if (extra < 0 || (extra > 0 && name < 0) || SmiText.IsSentence(line) || IsIgnored(line, columns))
        {
            return null;
        }

        string? At(string column) =>
            Array.IndexOf(columns, column) is >= 0 and var i ? cells[name >= 0 && i > name ? i + extra : i].Trim() : null;
        var (uuid, pid, memory) = (At("gpu_uuid"), At("pid"), At("used_memory"));
        var valid = (Cell.IsMissing(uuid) || uuid!.StartsWith("GPU-", StringComparison.Ordinal) || uuid.StartsWith("MIG-", StringComparison.Ordinal))
            && (Cell.IsMissing(pid) || Cell.Integer(pid) is not null)
            && (Cell.IsMissing(memory) || Cell.Number(memory, "MiB", 0, double.MaxValue) is not null);
        var program = name < 0 ? null : string.Join(',', cells[name..(name + extra + 1)]);
        return !valid ? null : new GpuProcess
        {
            GpuUuid = Cell.Text(uuid),
            Pid = Cell.Integer(pid),
            Name = Cell.IsMissing(program) ? null : Printable.Line(program!, MaxProgramLength),
            MemoryBytes = Cell.Bytes(memory),
        };
    }

    /// <summary>A header, a warning, or the message for no processes.</summary>
    private static bool IsIgnored(string line, string[] columns) =>
        Canonical(Cell.First(line)) == columns[0]
        || SmiText.IsWarning(line)
        || line.Contains("No running processes found", StringComparison.OrdinalIgnoreCase);

    private static string Canonical(string field) => GpuFields.WithoutUnit(field) switch
    {
        "name" => "process_name",
        "used_gpu_memory" => "used_memory",
        var other => other,
    };
}
