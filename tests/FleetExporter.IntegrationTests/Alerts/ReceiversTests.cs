using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests.Alerts;

/// <summary>scripts/alertmanager-config: every choice, and the text of notifications.</summary>
public sealed class ReceiversTests
{
    private static readonly string Script = Repository.PathOf("scripts", "alertmanager-config");

    [Theory]
    [InlineData("", "")]
    [InlineData("WEBHOOK_URL=https://example.org/x", "https://example.org/x")]
    [InlineData("WEBHOOK_URL=https://example.org/x WEBHOOK_TOKEN_FILE=secret", "credentials_file: 'FOLDER/secret'")]
    [InlineData("DISCORD_WEBHOOK_URL_FILE=url", "webhook_url: 'https://discord.example/api/webhooks/1/a''b'")]
    [InlineData("SLACK_API_URL_FILE=url SLACK_CHANNEL=#fleet", "api_url_file: 'FOLDER/url'")]
    [InlineData("SMTP_TO=a@example.org SMTP_FROM=b@example.org SMTP_SMARTHOST=mail.example.org:587", "smarthost: 'mail.example.org:587'")]
    [InlineData(
        "SMTP_TO=a@example.org SMTP_FROM=b@example.org SMTP_SMARTHOST=mail:25 SMTP_USERNAME=u SMTP_PASSWORD_FILE=secret",
        "auth_password_file: 'FOLDER/secret'")]
    [InlineData("FLEET_URL=https://fleet.example.org/ FLEET_KEY_FILE=secret", "url: 'https://fleet.example.org/hooks/pager'")]
    public async Task Each_choice_is_accepted_by_amtool(string environment, string expected)
    {
        using var folder = new TestFolder();
        folder.Write("secret", "s3cret\n");
        folder.Write("url", "https://discord.example/api/webhooks/1/a'b\n");
        var output = folder.PathOf("out", "alertmanager.yml");
        var result = await Tool.TryAsync(Script, ["--output", output], null, Variables(folder, environment));
        Assert.True(result.Exit == 0, result.Error);
        var text = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        Assert.Contains(expected.Replace("FOLDER", folder.Path, StringComparison.Ordinal), text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(output));
        var check = await Tool.RunAsync("amtool", "check-config", output);
        Assert.Contains("4 receivers", check.Output, StringComparison.Ordinal);
        Assert.Contains("1 templates", check.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("WEBHOOK_URL=example.org", "WEBHOOK_URL")]
    [InlineData("SLACK_API_URL_FILE=url", "SLACK_CHANNEL")]
    [InlineData("SMTP_TO=a@example.org", "SMTP_FROM")]
    [InlineData("DISCORD_WEBHOOK_URL_FILE=nosuch", "nosuch")]
    public async Task An_invalid_choice_is_named_and_nothing_is_written(string environment, string named)
    {
        using var folder = new TestFolder();
        folder.Write("url", "https://example.org/x\n");
        var result = await Tool.TryAsync(Script, ["--output", folder.PathOf("alertmanager.yml")], null, Variables(folder, environment));
        Assert.NotEqual(0, result.Exit);
        Assert.Contains(named, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(folder.Path), f => f.Contains("alertmanager.yml", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_names_every_variable()
    {
        var help = await Tool.RunAsync(Script, "--help");
        string[] variables =
        [
            "DISCORD_WEBHOOK_URL_FILE", "SLACK_API_URL_FILE", "SLACK_CHANNEL", "SMTP_TO", "SMTP_FROM",
            "SMTP_SMARTHOST", "SMTP_PASSWORD_FILE", "WEBHOOK_URL", "FLEET_URL"
        ];
        Assert.All(variables, v => Assert.Contains(v, help.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notifications_say_what_is_wrong_where_and_what_to_do()
    {
        using var folder = new TestFolder();
        using var receiver = new WebhookReceiver();
        folder.Write("discord", $"{receiver.Url}/discord\n");
        folder.Write("slack", $"{receiver.Url}/slack\n");
        var config = await AlertmanagerServer.ConfigAsync(folder, new Dictionary<string, string>
        {
            ["FLEET_URL"] = receiver.Url,
            ["DISCORD_WEBHOOK_URL_FILE"] = folder.PathOf("discord"),
            ["SLACK_API_URL_FILE"] = folder.PathOf("slack"),
            ["SLACK_CHANNEL"] = "#fleet",
        });
        await using var alertmanager = await AlertmanagerServer.StartAsync(folder, config);
        await alertmanager.PostAsync(InhibitionTests.Alert("FleetHostOffline", "critical", "dgx-spark"));
        await Until.TrueAsync(
            () => receiver.Posts.Select(p => p.Path).Intersect(["/discord", "/slack"]).Count() == 2,
            "both are notified", () => receiver.Output + alertmanager.Log);

        const string Title = "CRITICAL: FleetHostOffline happened. (dgx-spark)";
        const string Text = "dgx-spark has it.\nRunbook: http://fleet/docs/runbook#FleetHostOffline";
        var discord = receiver.Posts.First(p => p.Path == "/discord").Body.List("embeds")[0];
        Assert.Equal((Title, Text), (discord.Text("title"), discord.Text("description").Trim()));
        var slack = receiver.Posts.First(p => p.Path == "/slack").Body.List("attachments")[0];
        Assert.Equal((Title, Text), (slack.Text("title"), slack.Text("text").Trim()));
    }

    private static Dictionary<string, string> Variables(TestFolder folder, string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(pair => pair.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[0].EndsWith("_FILE", StringComparison.Ordinal) ? folder.PathOf(pair[1]) : pair[1]);
}
