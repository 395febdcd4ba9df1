namespace FleetExporter.Cli.Init;

/// <summary>Asks on a terminal for what the options did not give.</summary>
internal static class InitQuestions
{
    public static void Ask(InitInput settings, TextReader input, TextWriter output)
    {
        output.WriteLine($"Hosts to monitor over SSH, one per line as {HostLines.Format}.");
        output.WriteLine("An empty line ends the list; without a host, this machine is monitored.");
        for (var line = 1; Read("host: ", input, output) is { } host; line++)
        {
            HostLines.Add(settings, $"host {line}", host);
        }

        if (settings.Hosts.Count == 0)
        {
            return;
        }

        foreach (var (key, question) in new[]
        {
            ("user", "Login user on the hosts (empty: the name of this user): "),
            ("key_file", "SSH key file (empty: the agent and ssh's default keys): "),
        })
        {
            if (!settings.Ssh.ContainsKey(key) && Read(question, input, output) is { } answer)
            {
                settings.Ssh[key] = key == "key_file" ? InitInput.PathFrom(answer, Directory.GetCurrentDirectory()) : answer;
            }
        }
    }

    /// <returns>Null for an empty line.</returns>
    private static string? Read(string question, TextReader input, TextWriter output)
    {
        output.Write(question);
        output.Flush();
        return input.ReadLine()?.Trim() is { Length: > 0 } answer ? answer : null;
    }
}
