using System.Globalization;
using System.Text;
using FleetExporter.Parsing;

namespace FleetExporter.Polling;

/// <summary>
/// Joins the lines of a loop of nvidia-smi to samples. A row starts with its timestamp and two cells that identify it. A sample is complete with as
/// many rows as the last one, or when the next one starts. A heading, which starts with <c>#</c>, belongs to all samples after it. Not safe for
/// concurrent use.
/// </summary>
/// <param name="interval">Time between two samples; rows less than half of it apart belong together.</param>
/// <param name="rows">Rows of a complete sample.</param>
/// <param name="hasTimestamps">Whether rows have a timestamp; if not, their arrival takes its place.</param>
internal sealed class LoopSamples(TimeSpan interval, int rows, bool hasTimestamps = true)
{
    private const string TimestampFormat = "yyyy/MM/dd HH:mm:ss.fff";
    private const int MaxSentences = 20;

    /// <summary>UTF-16 units of a sample.</summary>
    private const int MaxText = 1024 * 1024;

    private readonly Dictionary<string, DateTime> _keys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _lines = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();
    private int _expected = rows;
    private int _rows;
    private int _sentences;
    private DateTime? _start;
    private bool _isTaken = true;
    private string _heading = "";
    private string? _ready;

    /// <summary>Adds a line. Lines that are no rows, such as an error, belong to the sample in which they are printed.</summary>
    /// <param name="arrival">By a monotonic clock.</param>
    /// <returns>Whether the line is a row.</returns>
    public bool Add(string line, TimeSpan arrival)
    {
        if (line[0] == '#')
        {
            _heading = line + "\n";
            return false;
        }

        var (time, row) = hasTimestamps ? Split(line) : (DateTime.UnixEpoch + arrival, line);
        if (time is null)
        {
            AddSentence(line);
            return false;
        }

        if (_start is null || time < _start || time - _start >= interval / 2)
        {
            Complete();
            _start = time;
        }

        var key = string.Join(',', row.Split(',').Take(2));
        // A line printed twice, or rows of a loop that is faster than it was told to be.
        if (_keys.TryGetValue(key, out var earlier) && (earlier != time || _lines.Contains(row)))
        {
            return true;
        }

        // One more than any parser accepts, so that too many rows fail as such.
        if (_rows <= RemoteLimits.GpuProcesses)
        {
            _keys[key] = time.Value;
            _rows++;
            Append(row);
        }

        return true;
    }

    /// <summary>The newest sample that is complete, without timestamps; null when there is none since the last call.</summary>
    public string? Take()
    {
        if (!_isTaken && _rows >= _expected)
        {
            _expected = _rows;
            _isTaken = true;
            _ready = _heading + _text;
        }

        var ready = _ready;
        _ready = null;
        return ready;
    }

    /// <summary>What was printed last, complete or not; empty when nothing was.</summary>
    public string Rest => _text.ToString();

    private void Complete()
    {
        if (!_isTaken)
        {
            _ready = _heading + _text;
        }

        if (_start is not null)
        {
            _expected = _rows;
        }

        _keys.Clear();
        _lines.Clear();
        _text.Clear();
        (_rows, _sentences, _isTaken) = (0, 0, true);
    }

    private void AddSentence(string line)
    {
        if (_sentences < MaxSentences && !_lines.Contains(line))
        {
            _sentences++;
            Append(line);
        }
    }

    private void Append(string line)
    {
        if (_text.Length + line.Length < MaxText)
        {
            _lines.Add(line);
            _text.Append(line).Append('\n');
            _isTaken = false;
        }
    }

    private static (DateTime? Time, string Row) Split(string line)
    {
        var comma = line.IndexOf(',', StringComparison.Ordinal);
        return comma > 0 && DateTime.TryParseExact(
                line.AsSpan(0, comma), TimestampFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? (time, line[(comma + 1)..].TrimStart())
            : (null, line);
    }
}
