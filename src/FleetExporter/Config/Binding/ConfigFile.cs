using FleetExporter.Config.Yaml;

namespace FleetExporter.Config.Binding;

/// <summary>Loads fleet.yml. An invalid file gives a result with all errors, never an exception.</summary>
internal static class ConfigFile
{
    private const int MaxLength = 4 << 20;

    private static readonly YamlNode Nothing = new YamlScalar(new Position(1, 1), "", isPlain: true);

    /// <param name="path">The file, which must exist; null for no file: all defaults, relative to the working directory.</param>
    /// <param name="kinds">The kinds of targets that it can have.</param>
    /// <param name="env">The environment, for <c>${NAME}</c> and <c>HOME</c>; null for a variable that is not set.</param>
    public static ConfigResult Load(string? path, IReadOnlyList<TargetKind> kinds, Func<string, string?> env)
    {
        if (path is null)
        {
            return Bind(Nothing, null, Directory.GetCurrentDirectory(), kinds, env);
        }

        try
        {
            using var file = SharedFile.OpenRead(path);
            using var reader = new StreamReader(file);
            return file.Length > MaxLength ? TooLong(path) : Parse(reader.ReadToEnd(), path, kinds, env);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ConfigResult.Failed(new ConfigError(path, 0, 0, Reason(path, failure)));
        }
    }

    /// <summary>Parses the content of a file.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="path">Its path, which need not exist; relative paths in the text are resolved against its folder.</param>
    /// <param name="kinds">The kinds of targets that it can have.</param>
    /// <param name="env">The environment.</param>
    internal static ConfigResult Parse(string text, string path, IReadOnlyList<TargetKind> kinds, Func<string, string?> env)
    {
        if (text.Length > MaxLength)
        {
            return TooLong(path);
        }

        var absolute = Path.GetFullPath(path);
        try
        {
            var root = YamlTree.Read(text) ?? Nothing;
            return Bind(root, (path, absolute), Path.GetDirectoryName(absolute) ?? "/", kinds, env);
        }
        catch (YamlFailureException failure)
        {
            return ConfigResult.Failed(new ConfigError(path, failure.Position.Line, failure.Position.Column, failure.Message));
        }
    }

    private static ConfigResult Bind(
        YamlNode root, (string Original, string Absolute)? file, string folder, IReadOnlyList<TargetKind> kinds, Func<string, string?> env)
    {
        var binder = new Binder(file?.Original ?? "defaults", folder, env);
        var field = new Field(binder, "", root);
        var config = ConfigKeys.Root(kinds).Bind(ServerKeys.FromEnvironment(FleetConfig.Default(folder), field), field);
        AccessKeys.Check(config, field);
        var hasHosts = field.Find("hosts") is { IsNull: false };
        config = TargetUnits.Add(
            config with
            {
                SourcePath = file?.Absolute,
                Hosts = hasHosts ? config.Hosts : [new HostConfig { Name = ThisMachine.Name, Ssh = config.Ssh.Host }],
            },
            kinds,
            field);
        return binder.Errors is { Count: > 0 } errors ? ConfigResult.Failed(errors) : ConfigResult.Loaded(config, config.Warnings);
    }

    private static ConfigResult TooLong(string path) =>
        ConfigResult.Failed(new ConfigError(path, 0, 0, $"the file exceeds {MaxLength >> 20} MiB"));

    private static string Reason(string path, Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => "file not found; give the path of a fleet.yml",
        UnauthorizedAccessException when Directory.Exists(path) => "is a directory; give the path of a fleet.yml",
        UnauthorizedAccessException => "permission denied; make it readable for the user that runs the exporter",
        _ => $"cannot be read: {ErrorText.Cut(failure.Message, 300)}",
    };
}
