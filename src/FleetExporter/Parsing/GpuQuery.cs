namespace FleetExporter.Parsing;

/// <summary>One answer of <c>--query-gpu</c>. Lists of odd lines are capped at 20 lines of 200 characters.</summary>
internal sealed record GpuQuery
{
    /// <summary>In output order: index 0 may be missing, and a display adapter may stand among them.</summary>
    public required IReadOnlyList<Gpu> Gpus { get; init; }

    /// <summary>GPUs that a sentence calls lost, by bus id as <see cref="PciBusId.Normalise"/> writes it, else by index.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Lines that are neither a row nor understood.</summary>
    public IReadOnlyList<string> Faults { get; init; } = [];

    /// <summary>Lines that the driver adds to good rows.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Parses <c>nvidia-smi --query-gpu=… --format=csv[,noheader][,nounits]</c>.</summary>
    /// <param name="output">One line per GPU, columns by position. No quoting, so a comma inside a value is one column too many.</param>
    /// <param name="fields">What was asked, in order and in any spelling; columns of fields that we do not know are ignored.</param>
    /// <returns>GPUs in output order; none when all that was said is that a GPU is lost. Bad lines beside good rows are faults.</returns>
    /// <exception cref="ToolFailureException">No row and no lost GPU: a known error, a driver without a GPU, or nothing parses.</exception>
    /// <remarks>Seen: captures/, threads/, errors/; drivers 470 to 610, GeForce to H200, GB10, MIG, Windows, WSL2.</remarks>
    public static GpuQuery Parse(string output, IReadOnlyList<string> fields)
    {
        var gpus = new List<Gpu>();
        var lost = new List<string>();
        var faults = new List<string>();
        var warnings = new List<string>();
        var columns = new GpuColumns(fields);

        foreach (var line in SmiText.Lines(output))
        {
            if (SmiText.LostGpu(line) is { } gpu)
            {
                Keep(lost, gpu);
            }
            else if (SmiText.IsWarning(line))
            {
                Keep(warnings, line);
            }
            else if (ReadRow(line, columns) is { } row)
            {
                gpus.Add(row);
                RemoteLimits.Check(gpus.Count, RemoteLimits.Gpus, "GPUs");
            }
            else if (!columns.IsHeader(line))
            {
                Keep(faults, line);
            }
        }

        return gpus.Count > 0 || lost.Count > 0
            ? new GpuQuery { Gpus = gpus, Lost = lost, Faults = faults, Warnings = warnings }
            : throw SmiText.Failure(output);
    }

    private static Gpu? ReadRow(string line, GpuColumns columns)
    {
        var cells = Cell.Split(line);
        var isRow = cells.Length == columns.Count && !columns.IsHeader(line) && !SmiText.IsSentence(line);
        return isRow ? new GpuRow(columns, cells).Read() : null;
    }

    private static void Keep(List<string> lines, string line)
    {
        var kept = SmiText.Clip(line);
        if (lines.Count < SmiText.MaxLines && !lines.Contains(kept))
        {
            lines.Add(kept);
        }
    }
}
