namespace FleetExporter.Parsing;

/// <summary>Output of <c>--query-gpu</c>. Lists of other lines are limited to 20 lines of 200 characters.</summary>
internal sealed record GpuQuery
{
    /// <summary>In output order; index 0 may be missing, and display adapters may be included.</summary>
    public required IReadOnlyList<Gpu> Gpus { get; init; }

    /// <summary>GPUs reported as lost, by normalised bus id, else by index.</summary>
    public IReadOnlyList<string> Lost { get; init; } = [];

    /// <summary>Lines that could not be parsed.</summary>
    public IReadOnlyList<string> UnparsedLines { get; init; } = [];

    /// <summary>Warnings printed along with rows.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Parses <c>nvidia-smi --query-gpu=… --format=csv[,noheader][,nounits]</c>.</summary>
    /// <param name="output">One line per GPU, columns by position. Values are not quoted, so a comma inside one gives an extra column.</param>
    /// <param name="fields">Queried fields in order, in any spelling; columns of unknown fields are ignored.</param>
    /// <returns>GPUs in output order; empty when the output only reports lost GPUs.</returns>
    /// <exception cref="ToolFailureException">No row and no lost GPU: a known error, a driver without GPUs, or nothing could be parsed.</exception>
    /// <remarks>Seen: captures/, threads/, errors/; drivers 470 to 610, GeForce to H200, GB10, MIG, Windows, WSL2.</remarks>
    public static GpuQuery Parse(string output, IReadOnlyList<string> fields) => Parse(output, new GpuColumns(fields));

    /// <inheritdoc cref="Parse(string, IReadOnlyList{string})"/>
    /// <param name="columns">The queried fields.</param>
    /// <param name="from">Where the rows start in the output.</param>
    public static GpuQuery Parse(string output, GpuColumns columns, int from = 0)
    {
        var gpus = new List<Gpu>();
        var lost = new List<string>();
        var unparsed = new List<string>();
        var warnings = new List<string>();

        foreach (var line in SmiText.Lines(output, from))
        {
            if (SmiText.LostGpu(line) is { } gpu)
            {
                AddOnce(lost, gpu);
            }
            else if (SmiText.IsWarning(line))
            {
                AddOnce(warnings, line);
            }
            else if (ReadRow(line, columns) is { } row)
            {
                gpus.Add(row);
                RemoteLimits.Check(gpus.Count, RemoteLimits.Gpus, "GPUs");
            }
            else if (!columns.IsHeader(line))
            {
                AddOnce(unparsed, line);
            }
        }

        return gpus.Count > 0 || lost.Count > 0
            ? new GpuQuery { Gpus = gpus, Lost = lost, UnparsedLines = unparsed, Warnings = warnings }
            : throw SmiText.Failure(output[from..]);
    }

    private static Gpu? ReadRow(string line, GpuColumns columns)
    {
        var cells = Cell.Split(line);
        var isRow = cells.Length == columns.Count && !columns.IsHeader(line) && !SmiText.IsSentence(line);
        return isRow ? new GpuRow(columns, cells).Read() : null;
    }

    private static void AddOnce(List<string> lines, string line)
    {
        var clipped = SmiText.Clip(line);
        if (lines.Count < SmiText.MaxLines && !lines.Contains(clipped))
        {
            lines.Add(clipped);
        }
    }
}
