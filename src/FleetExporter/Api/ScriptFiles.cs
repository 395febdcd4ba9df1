using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;

namespace FleetExporter.Api;

/// <summary>
/// Serves scripts and styles without their comments, which are a tenth of the page. A removed line leaves an empty one, so that line numbers in
/// errors are those of the source.
/// </summary>
internal sealed class ScriptFiles(IFileProvider files) : IFileProvider
{
    private readonly ConcurrentDictionary<string, ScriptFile> _served = new(StringComparer.Ordinal);

    public IDirectoryContents GetDirectoryContents(string subpath) => files.GetDirectoryContents(subpath);

    public IChangeToken Watch(string filter) => files.Watch(filter);

    public IFileInfo GetFileInfo(string subpath)
    {
        var file = files.GetFileInfo(subpath);
        if (!file.Exists || Path.GetExtension(file.Name) is not (".js" or ".css"))
        {
            return file;
        }

        return _served.AddOrUpdate(
            file.PhysicalPath ?? subpath, _ => new ScriptFile(file),
            (_, known) => known.LastModified == file.LastModified ? known : new ScriptFile(file));
    }

    /// <summary>Removes lines that are comments as a whole.</summary>
    public static string WithoutComments(string text)
    {
        var isInside = false;
        return string.Join('\n', text.Split('\n').Select(line =>
        {
            var trimmed = line.Trim();
            var isBlock = isInside || trimmed.StartsWith("/*", StringComparison.Ordinal);
            isInside = isBlock && !trimmed.EndsWith("*/", StringComparison.Ordinal);
            return isBlock || trimmed.StartsWith("//", StringComparison.Ordinal) ? "" : line;
        }));
    }

    private sealed class ScriptFile : IFileInfo
    {
        private readonly byte[] _content;

        public ScriptFile(IFileInfo file)
        {
            using var reader = new StreamReader(file.CreateReadStream());
            _content = Encoding.UTF8.GetBytes(WithoutComments(reader.ReadToEnd()));
            (Name, LastModified) = (file.Name, file.LastModified);
        }

        public bool Exists => true;

        public bool IsDirectory => false;

        public DateTimeOffset LastModified { get; }

        public long Length => _content.Length;

        public string Name { get; }

        /// <summary>Null: the file on the disk is another one.</summary>
        public string? PhysicalPath => null;

        public Stream CreateReadStream() => new MemoryStream(_content, writable: false);
    }
}
