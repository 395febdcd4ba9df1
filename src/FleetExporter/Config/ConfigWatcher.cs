using System.Security.Cryptography;

namespace FleetExporter.Config;

/// <summary>Looks every 2 s whether the file's content has changed, through symlinks and while the file comes and goes.</summary>
/// <remarks>
/// It compares content: a symlink that is swapped may lead to a file of the same size and time. A change is told when two looks in a row see
/// the same, so a file that an editor has only begun to write is not taken for a short one.
/// </remarks>
internal sealed class ConfigWatcher : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Action _changed;
    private readonly ITimer _timer;
    private readonly Lock _looking = new();
    private string? _told;
    private string? _seen;

    /// <param name="path">The file, which may be missing.</param>
    /// <param name="changed">Called on a pool thread when the content changed, the file vanished or it came back. It must not throw.</param>
    /// <param name="time">The clock of the looks.</param>
    public ConfigWatcher(string path, Action changed, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _changed = changed;
        _told = _seen = Fingerprint();
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        // A look that is still telling is not joined by the next one.
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            var fingerprint = Fingerprint();
            var settled = fingerprint == _seen;
            _seen = fingerprint;
            if (settled && fingerprint != _told)
            {
                _told = fingerprint;
                _changed();
            }
        }
        finally
        {
            _looking.Exit();
        }
    }

    /// <returns>Null when there is no file that can be read.</returns>
    private string? Fingerprint()
    {
        try
        {
            using var file = SharedFile.OpenRead(_path);
            return Convert.ToHexString(SHA256.HashData(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
