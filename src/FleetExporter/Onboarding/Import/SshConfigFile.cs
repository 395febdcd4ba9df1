using System.IO.Enumeration;

namespace FleetExporter.Onboarding.Import;

/// <summary>A directive that is not imported.</summary>
/// <param name="Line">From 1.</param>
/// <param name="Reason">One sentence.</param>
internal sealed record RefusedDirective(int Line, string Directive, string Reason);

/// <summary>What an ssh_config says about one host: the first value of each keyword, as ssh takes it. Nothing is validated or expanded.</summary>
/// <param name="IdentityFile">The first one; null for none.</param>
/// <param name="Refused">Directives that apply to the host, or may, and are not imported.</param>
internal sealed record SshConfigHost(
    string Name, string? HostName, string? User, string? Port, string? IdentityFile, IReadOnlyList<RefusedDirective> Refused);

/// <summary>
/// Parses an ssh_config: lists the names of its <c>Host</c> lines that are no patterns, and finds the values that apply to a name. Reads no other
/// file and runs nothing.
/// </summary>
internal sealed class SshConfigFile
{
    /// <summary>Maximum number of hosts.</summary>
    public const int MaxHosts = 500;

    private const int MaxListed = 100;

    /// <summary>Of names and patterns: longer than any name of a host.</summary>
    private const int MaxWord = 255;

    /// <summary>Patterns of the whole file; every name is compared with all of them.</summary>
    private const int MaxPatterns = 5000;

    private static readonly string[] Taken = ["HostName", "User", "Port", "IdentityFile"];

    private readonly List<Block> _blocks = [new(null)];
    private readonly List<string> _names = [];
    private readonly List<RefusedDirective> _refused = [];
    private readonly List<string> _ignored = [];
    private int _patterns;

    private SshConfigFile()
    {
    }

    /// <summary>Names without wildcards, in order, at most <see cref="MaxHosts"/>.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Directives that are not imported and may matter, in order.</summary>
    public IReadOnlyList<RefusedDirective> Refused => _refused;

    /// <summary>Other keywords of the file, once each, as written first.</summary>
    public IReadOnlyList<string> Ignored => _ignored;

    public static SshConfigFile Parse(string text)
    {
        var file = new SshConfigFile();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in SshConfigLine.All(text))
        {
            file.Add(line, known);
        }

        return file;
    }

    public SshConfigHost Of(string name)
    {
        var lines = _blocks.Where(b => b.Applies(name)).SelectMany(b => b.Lines).ToList();
        var refused = lines.Select(l => l.Refused).OfType<RefusedDirective>().ToList();

        // Of ProxyJump and ProxyCommand the first counts, and none turns both off.
        var proxy = lines.Find(l => IsProxy(l.Line))?.Refused;
        refused.RemoveAll(r => r.Directive.StartsWith("Proxy", StringComparison.Ordinal) && r != proxy);
        return new SshConfigHost(name, First("HostName"), First("User"), First("Port"), First("IdentityFile"), refused);

        string? First(string keyword) => lines.Find(l => l.Line.Is(keyword) && l.Refused is null)?.Line.Arguments![0];
    }

    private static bool IsProxy(SshConfigLine line) => line.Is("ProxyJump") || line.Is("ProxyCommand");

    private void Add(SshConfigLine line, HashSet<string> known)
    {
        if (line.Is("Host") && line.Arguments is { Count: > 0 } patterns)
        {
            if (patterns.Any(p => p.Length > MaxWord) || _patterns + patterns.Count > MaxPatterns)
            {
                Refuse(line, "Host", $"More than {MaxPatterns} names, or one with more than {MaxWord} characters.");
                _blocks.Add(new([]));
                return;
            }

            _patterns += patterns.Count;
            _blocks.Add(new([.. patterns]));
            foreach (var name in patterns.Where(p => p.Length > 0 && !p.StartsWith('!') && p.IndexOfAny(['*', '?']) < 0 && known.Add(p)))
            {
                if (_names.Count < MaxHosts)
                {
                    _names.Add(name);
                }
                else if (_names.Count == MaxHosts && known.Count == MaxHosts + 1)
                {
                    Refuse(line, "Host", $"More than {MaxHosts} hosts; import the rest separately.");
                }
            }
        }
        else if (line.Is("Match"))
        {
            // Its criteria can run commands or need facts of the connection; ssh may apply it to any host.
            var refused = Refuse(
                line, "Match", "Match blocks are not imported, because their criteria can run commands; enter what they set by hand.");
            _blocks.Add(new(null) { Lines = { new(line, refused) } });
            _blocks.Add(new([]));
        }
        else
        {
            AddToBlock(line);
        }
    }

    private void AddToBlock(SshConfigLine line)
    {
        var isOff = line.Arguments is [var only] && only.Equals("none", StringComparison.OrdinalIgnoreCase);
        var refused = line.Is("ProxyCommand") && !isOff ? Refuse(
                line, "ProxyCommand",
                "Commands on the exporter's machine are not imported; put the host into an ssh_config and name that in ssh.config_file.")
            : line.Is("ProxyJump") && !isOff ? Refuse(
                line, "ProxyJump", "Jump hosts are not imported; put the host into an ssh_config and name that in ssh.config_file.")
            : line.Is("Include") ? Refuse(line, "Include", "Other files are not read; paste their text too.")
            : line.Is("Host") || Taken.Any(line.Is) ? line.Arguments switch
            {
                null => Refuse(line, line.Keyword, "A quote is not closed."),
                { Count: 0 } => Refuse(line, line.Keyword, "The value is missing."),
                _ => null,
            }
            : null;
        if (refused is not null || IsProxy(line) || Taken.Any(line.Is))
        {
            _blocks[^1].Lines.Add(new(line, refused));
        }
        else if (_ignored.Count < MaxListed && !_ignored.Contains(line.Keyword, StringComparer.OrdinalIgnoreCase))
        {
            _ignored.Add(Printable.Line(line.Keyword, 60));
        }
    }

    private RefusedDirective Refuse(SshConfigLine line, string directive, string reason)
    {
        var refused = new RefusedDirective(line.Number, Printable.Line(directive, 60), reason);
        if (_refused.Count < MaxListed)
        {
            _refused.Add(refused);
        }

        return refused;
    }

    private sealed record Directive(SshConfigLine Line, RefusedDirective? Refused);

    /// <summary>Lines below one Host line.</summary>
    /// <param name="Patterns">Null applies to every host; empty to none.</param>
    private sealed record Block(IReadOnlyList<string>? Patterns)
    {
        public List<Directive> Lines { get; } = [];

        public bool Applies(string name) => Patterns is null
            || (Patterns.Any(p => !p.StartsWith('!') && Fits(p, name)) && !Patterns.Any(p => p.StartsWith('!') && Fits(p[1..], name)));

        private static bool Fits(string pattern, string name) =>
            FileSystemName.MatchesSimpleExpression(pattern.Replace("\\", "\\\\", StringComparison.Ordinal), name, ignoreCase: false);
    }
}
