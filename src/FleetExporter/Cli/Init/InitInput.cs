using System.Text.Json.Nodes;
using FleetExporter.Config;
using FleetExporter.Config.Binding;

namespace FleetExporter.Cli.Init;

/// <summary>Hosts and settings from all sources, with every mistake in them.</summary>
internal sealed class InitInput
{
    private const int MaxHosts = 1000;

    private const int MaxBytes = 1 << 20;

    private readonly List<InitHost> _hosts = [];
    private readonly List<string> _errors = [];
    private readonly List<string> _notes = [];
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

    public IReadOnlyList<InitHost> Hosts => _hosts;

    /// <summary>As <c>FILE:LINE: message</c>.</summary>
    public IReadOnlyList<string> Errors => _errors;

    /// <summary>What was given and has no equivalent.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Keys of fleet.yml besides hosts and ssh.</summary>
    public JsonObject Settings { get; } = [];

    /// <summary>Keys of <c>ssh</c>.</summary>
    public JsonObject Ssh { get; } = [];

    /// <param name="place">Where it was given, such as <c>--host</c> or <c>hosts.txt:3</c>.</param>
    public void Fail(string place, string message) => _errors.Add($"{place}: {message}");

    public void Note(string place, string message) => _notes.Add($"{place}: {message}");

    /// <summary>Adds a host unless its name or user is invalid, or the name was given before.</summary>
    public void Add(string place, InitHost host)
    {
        if (!Kinds.IsHostName(host.Name))
        {
            Fail(place, $"{ErrorText.Quote(host.Name)} is not a valid name; give 1 to 63 letters, digits, ., _, spaces, - as NAME={host.Address}");
        }
        else if (host.User is { } user && !Kinds.IsUserName(user))
        {
            Fail(place, $"{ErrorText.Quote(user)} is not a valid user name; give 1 to 32 of a-z, 0-9, _, ., -");
        }
        else if (_places.TryGetValue(host.Name, out var other))
        {
            Fail(place, $"the name {host.Name} is already given at {other}; choose another");
        }
        else if (_hosts.Count == MaxHosts)
        {
            Fail(place, $"more than {MaxHosts} hosts");
        }
        else
        {
            _places[host.Name] = place;
            _hosts.Add(host);
        }
    }

    /// <returns>Null, with an error, for a file that cannot be read or is too long.</returns>
    public string? ReadText(string file)
    {
        try
        {
            using var stream = SharedFile.OpenRead(file);
            if (stream.Length <= MaxBytes)
            {
                using var reader = new StreamReader(stream);
                return reader.ReadToEnd();
            }

            Fail(file, $"the file exceeds {MaxBytes >> 20} MiB");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            Fail(file, ErrorText.Cut(e.Message, 300));
        }

        return null;
    }

    /// <summary>A path that means the same in fleet.yml, wherever that is written.</summary>
    /// <param name="folder">Base of a relative path.</param>
    public static string PathFrom(string path, string folder) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? path : Path.GetFullPath(path, folder);
}
