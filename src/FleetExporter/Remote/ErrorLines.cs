using System.Text;

namespace FleetExporter.Remote;

/// <summary>The last lines of a process's standard error. The text is untrusted, so number and length of lines are limited.</summary>
internal sealed class ErrorLines
{
    private const int MaxLines = 80;
    private const int MaxLine = 400;

    private readonly Queue<string> _lines = new();

    public string Text
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(Stream errors)
    {
        using var reader = new StreamReader(errors, Encoding.UTF8, leaveOpen: true);
        var chunk = new char[1024];
        var line = new StringBuilder();
        int read;
        while ((read = await reader.ReadAsync(chunk).ConfigureAwait(false)) > 0)
        {
            foreach (var c in chunk.AsSpan(0, read))
            {
                if (c == '\n')
                {
                    Add(line.ToString().TrimEnd('\r'));
                    line.Clear();
                }
                else if (line.Length < MaxLine)
                {
                    line.Append(c);
                }
            }
        }

        Add(line.ToString());
    }

    public void Add(string line)
    {
        if (line.Length == 0)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > MaxLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
