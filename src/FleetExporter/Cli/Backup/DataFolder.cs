using FleetExporter.Store;

namespace FleetExporter.Cli.Backup;

/// <summary>Replaces the data folder with a restored one. What was there is moved aside, never deleted.</summary>
/// <param name="path">Need not exist; a link is followed.</param>
internal sealed class DataFolder(string path) : IDisposable
{
    private readonly string _path =
        (Directory.Exists(path) ? Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName : null) ?? Path.GetFullPath(path).TrimEnd('/');

    private DataFolderLock? _lock;

    /// <summary>Whether the contents are replaced, because the folder cannot be renamed.</summary>
    private bool _keepsFolder;

    /// <summary>Such as a container's volume.</summary>
    private bool IsMountPoint => DriveInfo.GetDrives().Any(d => d.RootDirectory.FullName.TrimEnd('/') == _path);

    private bool HasFiles => Directory.Exists(_path) && Entries.Any();

    /// <summary>Without the lock, and without what other restores left.</summary>
    private IEnumerable<FileSystemInfo> Entries => new DirectoryInfo(_path).EnumerateFileSystemInfos().Where(e =>
        e.Name != DataFolderLock.Name && !e.Name.StartsWith(DataFiles.Replaced, StringComparison.Ordinal)
        && !e.Name.StartsWith(DataFiles.Staging, StringComparison.Ordinal));

    /// <summary>Excludes exporters until disposal.</summary>
    /// <param name="force">Whether a folder with files may be replaced.</param>
    /// <exception cref="BackupException">An exporter runs on the folder, or it has files.</exception>
    public void Lock(bool force)
    {
        if (!Directory.Exists(_path))
        {
            return;
        }

        if (!force && HasFiles)
        {
            throw new BackupException($"{_path} is not empty; with --force it is moved aside and replaced");
        }

        _lock = new DataFolderLock(_path);
        if (!_lock.TryTake())
        {
            throw new BackupException($"an exporter runs on {_path}; stop it first");
        }
    }

    /// <summary>Creates an empty folder on the disk of the data folder, accessible by its owner only.</summary>
    public string CreateStaging()
    {
        var name = $"{DataFiles.Staging}{Guid.NewGuid():N}";
        if (!IsMountPoint)
        {
            try
            {
                var beside = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}{name}");
                PrivateFile.CreateFolder(beside);
                return beside;
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException && Directory.Exists(_path))
            {
                // The parent belongs to another user, as /var/lib does.
            }
        }

        _keepsFolder = true;
        var staging = Path.Combine(_path, name);
        PrivateFile.CreateFolder(staging);
        return staging;
    }

    /// <param name="restored">In a folder of <see cref="CreateStaging"/>.</param>
    /// <returns>Where the previous files are; null if there were none.</returns>
    public string? Replace(string restored, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        if (_keepsFolder)
        {
            var kept = HasFiles ? Path.Combine(_path, DataFiles.Replaced + time) : null;
            if (kept is not null)
            {
                PrivateFile.CreateFolder(kept);
                MoveAll([.. Entries], kept);
            }

            MoveAll(new DirectoryInfo(restored).GetFileSystemInfos(), _path);
            return kept;
        }

        var aside = HasFiles ? $"{_path}.{DataFiles.Replaced}{time}" : null;
        if (aside is not null)
        {
            Directory.Move(_path, aside);
        }
        else if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }

        Directory.Move(restored, _path);
        return aside;
    }

    public void Dispose() => _lock?.Dispose();

    private static void MoveAll(IEnumerable<FileSystemInfo> entries, string folder)
    {
        foreach (var entry in entries)
        {
            var target = Path.Combine(folder, entry.Name);
            if (entry is DirectoryInfo directory)
            {
                directory.MoveTo(target);
            }
            else
            {
                ((FileInfo)entry).MoveTo(target);
            }
        }
    }
}
