using System.Collections.Concurrent;
using FleetExporter.Config;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>The values of every GPU, from <c>nvidia-smi --query-gpu</c>.</summary>
internal sealed class GpuCollector() : NvidiaCollector("gpu", [.. GpuFamilies.All, .. GpuUserFamilies.OfGpus])
{
    /// <summary>Maximum number of different field lists remembered.</summary>
    private const int MaxColumns = 64;

    private static readonly string[] BaseFields = [.. GpuFields.Base.Select(f => f.Name)];

    private static readonly ConcurrentDictionary<string, GpuColumns> Columns = new(StringComparer.Ordinal);

    // The section contains the field list, so that the answer can be read by position. One unknown field makes nvidia-smi reject the
    // whole query, so the fields are intersected with its help once per stream, and again after such an error, or when the help failed.
    // A help that hung and was killed ends the section, so that the query does not hang as well.
    public override string Script(HostConfig host) => $$"""
          h=0
          [ "$fields" ] || {
            k=$(exec nvidia-smi --help-query-gpu </dev/null 2>&1); h=$?
            [ $h -le 128 ] || return $h
            [ $h = 0 ] || { b=$k; [ "$(command -v nvidia-smi)" ] || return 127; k=; }
            set -f
            for l in {{string.Join(' ', GpuFields.Wanted.Select(f => SamplerScript.Quote(string.Join('|', f.Spellings))))}}; do
              IFS='|'; for x in $l; do case $k in *"\"$x\""*) fields=$fields${fields:+,}$x; break ;; esac; done; IFS=" 	$nl"
            done
            set +f
            [ "$fields" ] || fields={{string.Join(',', BaseFields)}}
          }
          o=$(exec nvidia-smi --query-gpu="$fields" --format=csv,noheader,nounits </dev/null 2>&1); c=$?
          b=fields=$fields$nl$o
          case $h$o in [!0]*|*'is not a valid field'*) fields= ;; esac
          return $c
        """;

    public override IAnswer Parse(Section section)
    {
        var body = section.Body;
        var end = body.IndexOf('\n', StringComparison.Ordinal) is >= 0 and var newline ? newline : body.Length;
        var head = Printable.Cut(body.AsSpan(0, end), RemoteLimits.LineLength);
        if (!head.StartsWith("fields="))
        {
            // nvidia-smi failed to print its help.
            GpuQuery.Parse(body, BaseFields);
            throw new FormatException($"no field list: {Printable.Line(body, 200)}");
        }

        var columns = ColumnsOf(head);
        var query = GpuQuery.Parse(body, columns, Math.Min(end + 1, body.Length));
        return new GpuAnswer(query.Gpus, query.Lost.Count, section.Uptime) { Fields = columns.Fields };
    }

    public override GpuLoopQuery? LoopQuery(IAnswer call, TimeSpan interval)
    {
        var called = (GpuAnswer)call;
        var fields = GpuFields.Changing(called.Fields);
        // A lost GPU may be reported in a sentence without a timestamp, which tells no sample from the next.
        return called.Gpus.Count == 0 || called.Lost > 0 || !fields.Contains("uuid") ? null : new GpuLoopQuery(
            GpuLoopQuery.CommandOf("gpu", fields, interval), $"fields={string.Join(',', fields)}\n", called.Gpus.Count, false,
            sample => called.Complete((GpuAnswer)sample));
    }

    public override string Summarize(IAnswer answer) =>
        string.Join(", ", ((GpuAnswer)answer).Gpus.GroupBy(gpu => gpu.Name).Select(kind => $"{kind.Count()} × {kind.Key}"));

    public override string? Simulate(SimulatedHost host, DateTimeOffset now) => host.Gpu is { } gpu
        ? $"fields={SimulatedGpu.Fields}\n{string.Join('\n', Enumerable.Range(0, host.GpuCount).Select(i => SimulatedRow(host, gpu, i, now)))}"
        : null;

    /// <summary>A host's field list is the same in every section of a stream.</summary>
    private static GpuColumns ColumnsOf(ReadOnlySpan<char> head)
    {
        if (Columns.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(head, out var known))
        {
            return known;
        }

        if (Columns.Count >= MaxColumns)
        {
            Columns.Clear();
        }

        return Columns[head.ToString()] = new GpuColumns(head["fields=".Length..].ToString().Split(','));
    }

    private static string SimulatedRow(SimulatedHost host, SimulatedGpu gpu, int index, DateTimeOffset now) => index == host.LostGpu
        ? SimulatedGpu.LostRow(index)
        : gpu.Row(index, host.UuidOf(index), host.SeedOf(index), now);
}
