using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace FleetExporter.History;

/// <summary>Kinds of subjects: the closed set of words before the colon.</summary>
internal enum SubjectKind
{
    Host,
    Gpu,
    Service,
    Provider,
    Gateway,
    Tunnel,
}

/// <summary>Whose history is requested, written as <c>host:NAME</c>, <c>gpu:HOST/INDEX</c>, <c>service:NAME</c> and so on.</summary>
/// <param name="Name">Of the host or target.</param>
/// <param name="Gpu">Index or uuid of the GPU; null for other kinds.</param>
internal sealed record HistorySubject(SubjectKind Kind, string Name, string? Gpu = null)
{
    private const int MaxLength = 200;

    /// <summary>The GPU's index; null for a uuid.</summary>
    public int? GpuIndex => int.TryParse(Gpu, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;

    /// <summary>Whether it is a service, provider, gateway or tunnel.</summary>
    public bool IsTarget => Kind is not (SubjectKind.Host or SubjectKind.Gpu);

    public static bool TryParse(string? text, [NotNullWhen(true)] out HistorySubject? subject)
    {
        subject = null;
        if (text is not { Length: <= MaxLength } || text.Split(':', 2) is not [var word, { Length: > 0 } name] || name.Any(char.IsControl))
        {
            return false;
        }

        foreach (var kind in Enum.GetValues<SubjectKind>().Where(k => Words.Of(k) == word))
        {
            var slash = name.LastIndexOf('/');
            subject = kind != SubjectKind.Gpu ? new HistorySubject(kind, name)
                : slash > 0 && slash < name.Length - 1 ? new HistorySubject(kind, name[..slash], Shortest(name[(slash + 1)..]))
                : null;
        }

        return subject is not null;

        // 05 is GPU 5.
        static string Shortest(string gpu) => gpu.All(char.IsAsciiDigit) ? gpu.TrimStart('0') is { Length: > 0 } digits ? digits : "0" : gpu;
    }

    public override string ToString() => $"{Words.Of(Kind)}:{Name}{(Gpu is null ? "" : $"/{Gpu}")}";
}
