using FleetExporter.Parsing;

namespace FleetExporter.Remote;

/// <summary>Reads a key or token from a file with one line; for each poll, so that a new one is used at once.</summary>
internal static class SecretFile
{
    private const int MaxLength = 4096;

    /// <param name="path">Absolute; null for no secret.</param>
    /// <returns>Visible ASCII, safe for a header; null without a path.</returns>
    /// <exception cref="TargetFailureException">
    /// Unreadable, or not one line of such text (<see cref="TargetFailure.Auth"/>). The message has the path, never the text.
    /// </exception>
    public static async Task<string?> ReadAsync(string? path, CancellationToken stop)
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            var text = new FileInfo(path).Length <= MaxLength ? (await File.ReadAllTextAsync(path, stop).ConfigureAwait(false)).Trim() : "";
            return text.Length > 0 && text.All(c => c is > ' ' and < '\u007f')
                ? text
                : throw new TargetFailureException(TargetFailure.Auth, $"{path} must hold one key or token on one line");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TargetFailureException(TargetFailure.Auth, $"cannot read {path}: {Printable.Line(e.Message, 200)}", e);
        }
    }
}
