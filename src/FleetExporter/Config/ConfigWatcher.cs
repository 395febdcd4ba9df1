using System.Security.Cryptography;

namespace FleetExporter.Config;

/// <summary>Polls the content of fleet.yml every 2 s; works with symlinks and with files that are deleted and recreated.</summary>
/// <remarks>
/// Compares content: a swapped symlink may point to a file of the same size and time. A change is reported when two consecutive polls see the
/// same content, so that a partly written file is not loaded.
/// </remarks>
internal sealed class ConfigWatcher : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly string _path;
    private readonly Action _changed;
    private readonly ITimer _timer;
    private readonly Lock _polling = new();
    private string? _reportedFingerprint;
    private string? _lastFingerprint;

    /// <param name="path">The file, which may be missing.</param>
    /// <param name="changed">Called on a pool thread when the content changed or the file vanished or reappeared. Must not throw.</param>
    /// <param name="time">Clock of the polls.</param>
    public ConfigWatcher(string path, Action changed, TimeProvider time)
    {
        _path = Path.GetFullPath(path);
        _changed = changed;
        _reportedFingerprint = _lastFingerprint = Fingerprint();
        _timer = time.CreateTimer(_ => Poll(), null, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Poll()
    {
        // Skips this poll while the callback of the previous one runs.
        if (!_polling.TryEnter())
        {
            return;
        }

        try
        {
            var fingerprint = Fingerprint();
            var settled = fingerprint == _lastFingerprint;
            _lastFingerprint = fingerprint;
            if (settled && fingerprint != _reportedFingerprint)
            {
                _reportedFingerprint = fingerprint;
                _changed();
            }
        }
        finally
        {
            _polling.Exit();
        }
    }

    /// <returns>Null when the file cannot be read.</returns>
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
