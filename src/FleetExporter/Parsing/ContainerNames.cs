namespace FleetExporter.Parsing;

/// <summary>The containers that run, as docker and podman list them.</summary>
internal static class ContainerNames
{
    private const int MaxContainers = 4_096;
    private const int MaxNameLength = 128;

    /// <summary>Parses the section <c>containers</c>.</summary>
    /// <param name="body">Per engine a line <c>ENGINE:STATUS</c>, then a line <c>ID NAME</c> per container, or its complaint.</param>
    /// <returns>The name by id; of several names the first.</returns>
    /// <exception cref="ToolFailureException">No engine answered; its first complaint, with reason permission where it refused the user.</exception>
    /// <exception cref="FormatException">Too many containers.</exception>
    public static IReadOnlyDictionary<string, string> Parse(string body)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var (hasAnswered, isOk) = (false, false);
        string? complaint = null;
        foreach (var line in SectionText.Lines(body))
        {
            if (line is "docker:0" or "podman:0")
            {
                hasAnswered = isOk = true;
            }
            else if (line.StartsWith("docker:", StringComparison.Ordinal) || line.StartsWith("podman:", StringComparison.Ordinal))
            {
                isOk = false;
            }
            else if (!isOk)
            {
                complaint ??= string.IsNullOrWhiteSpace(line) ? null : line;
            }
            else if (line.Split(' ', 2) is [{ Length: 64 } id, { Length: > 0 } name] && id.All(char.IsAsciiHexDigitLower))
            {
                names[id] = Printable.Line(name.Split(',')[0], MaxNameLength);
                RemoteLimits.Check(names.Count, MaxContainers, "containers");
            }
        }

        return hasAnswered ? names : throw new ToolFailureException(
            complaint?.Contains("permission denied", StringComparison.OrdinalIgnoreCase) == true
                ? CollectorFailure.Permission
                : CollectorFailure.ToolMissing,
            Printable.Line(complaint ?? "no container engine answered", 200));
    }
}
