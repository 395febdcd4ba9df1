namespace FleetExporter.Parsing;

/// <summary>Column positions of the fields of a query. Created once per output.</summary>
internal sealed class GpuColumns
{
    private readonly Dictionary<string, int> _columns = [];
    private readonly string _first;
    private readonly string? _firstName;

    /// <param name="fields">Queried fields in order, in any spelling; unknown fields have no column.</param>
    public GpuColumns(IReadOnlyList<string> fields)
    {
        Fields = fields;
        _first = GpuFields.WithoutUnit(fields[0]);
        _firstName = GpuFields.Canonical(_first);
        for (var i = 0; i < fields.Count; i++)
        {
            if (GpuFields.Canonical(fields[i]) is { } name)
            {
                _columns[name] = i;
            }
        }
    }

    /// <summary>As queried.</summary>
    public IReadOnlyList<string> Fields { get; }

    /// <summary>Number of cells in a row.</summary>
    public int Count => Fields.Count;

    /// <summary>The cell of a field by its canonical name; null if it was not queried.</summary>
    public string? At(string[] cells, string name) => _columns.TryGetValue(name, out var column) ? cells[column] : null;

    /// <summary>The header has canonical names, even if an alias was queried.</summary>
    public bool IsHeader(string line)
    {
        var first = GpuFields.WithoutUnit(Cell.First(line));
        return first.Equals(_first, StringComparison.OrdinalIgnoreCase) || (_firstName is not null && GpuFields.Canonical(first) == _firstName);
    }
}
