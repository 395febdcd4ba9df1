using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using FleetExporter.Config;
using FleetExporter.Store;

namespace FleetExporter.Access;

/// <summary>
/// Codes of login links, each valid once within <see cref="Lifetime"/>: files in <c>data_dir/login-links</c>, so that <c>fleet-exporter login</c>
/// needs no running service. A file is empty; its name is the code's SHA-256 and the expiry. The folder's rights are the authority.
/// </summary>
/// <remarks>
/// Only the wall clock is common to both processes: a code whose expiry is too far in the future, as after the clock was set back, is expired.
/// </remarks>
internal sealed class LoginLinks(string dataDir, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>Maximum open codes; a further one replaces the oldest.</summary>
    public const int MaxOpen = 20;

    private const int CodeLength = 43;

    public string Folder { get; } = Path.Combine(dataDir, "login-links");

    /// <summary>Creates the folder, which the service does at its start, and removes what has expired.</summary>
    /// <exception cref="IOException">The folder cannot be created, read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Open()
    {
        PrivateFile.CreateFolder(Folder);
        Purge(MaxOpen);
    }

    /// <returns>The code, 256 random bits in base64url, and when it expires.</returns>
    /// <exception cref="IOException">The folder cannot be created, read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public (string Code, DateTimeOffset Expires) Create()
    {
        PrivateFile.CreateFolder(Folder);
        Purge(MaxOpen - 1);
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var expires = clock.GetUtcNow() + Lifetime;
        var name = string.Create(CultureInfo.InvariantCulture, $"{KeyHash.Of(code).Hex}.{expires.ToUnixTimeSeconds()}");
        PrivateFile.Open(Path.Combine(Folder, name), FileMode.CreateNew).Dispose();
        return (code, expires);
    }

    /// <summary>Uses up a code. Of concurrent calls with the same code, one succeeds.</summary>
    /// <returns>False for a wrong, used or expired code.</returns>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public bool Redeem(string code)
    {
        if (code.Length != CodeLength || !code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') || !Directory.Exists(Folder))
        {
            return false;
        }

        var file = Directory.EnumerateFiles(Folder, KeyHash.Of(code).Hex + ".*").FirstOrDefault();
        if (file is null || !TryTake(file))
        {
            return false;
        }

        return IsOpen(ExpiryOf(file));
    }

    /// <summary>A rename succeeds once. Needs no right on the file itself, which root may have created.</summary>
    private bool TryTake(string file)
    {
        var taken = Path.Combine(Folder, $"used-{Guid.NewGuid():N}");
        try
        {
            File.Move(file, taken, overwrite: true);
        }
        catch (FileNotFoundException)
        {
            return false;
        }

        File.Delete(taken);
        return true;
    }

    private void Purge(int max)
    {
        var open = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Folder))
        {
            if (IsOpen(ExpiryOf(file)))
            {
                open.Add(file);
            }
            else
            {
                File.Delete(file);
            }
        }

        foreach (var file in open.OrderBy(ExpiryOf).Take(open.Count - max))
        {
            File.Delete(file);
        }
    }

    private bool IsOpen(DateTimeOffset? expiry) => clock.GetUtcNow() is var now && expiry > now && expiry <= now + Lifetime;

    private static DateTimeOffset? ExpiryOf(string file) =>
        Path.GetFileName(file).Split('.') is [_, var text]
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= uint.MaxValue
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;
}
