using System.CommandLine;
using FleetExporter.Cli.Init;
using FleetExporter.Config;
using FleetExporter.Config.Binding;
using FleetExporter.Polling.Targets;

namespace FleetExporter.Tests.Cli.Init;

/// <summary>A call of <c>init</c> that writes into a folder of its own.</summary>
internal sealed class InitRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string File => _folder.PathOf("fleet.yml");

    public string Text => System.IO.File.ReadAllText(File);

    public StringWriter Output { get; } = new();

    public StringWriter Messages { get; } = new();

    public string Write(string name, string text) => _folder.Write(name, text);

    public string PathOf(string name) => _folder.PathOf(name);

    /// <summary>Runs it with <c>--output</c>, without a terminal.</summary>
    public Task<int> RunAsync(params IEnumerable<string> arguments) => AnswerAsync(null, arguments);

    /// <param name="answers">What is typed; null without a terminal.</param>
    public Task<int> AnswerAsync(string? answers, params IEnumerable<string> arguments)
    {
        var parsed = new RootCommand { InitCommand.Create() }.Parse(
            ["init", .. arguments.Contains("--output") ? (string[])[] : ["--output", File], .. arguments]);
        Assert.Empty(parsed.Errors);
        return new InitCommand(parsed, answers is not null, new StringReader(answers ?? ""), Output, Messages)
            .RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What was written, as <c>serve</c> loads it; fails on errors and warnings.</summary>
    public FleetConfig Load()
    {
        var loaded = ConfigFile.Load(File, TargetCatalog.Kinds, name => name == "HOME" ? "/home/ann" : null);
        Assert.Empty(loaded.Errors);
        Assert.Empty(loaded.Warnings);
        return loaded.Config!;
    }

    public void Dispose() => _folder.Dispose();
}
