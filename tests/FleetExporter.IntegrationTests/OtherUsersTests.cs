using System.Net.Http.Json;
using System.Text.Json.Nodes;
using FleetExporter.IntegrationTests.Parts;

namespace FleetExporter.IntegrationTests;

public abstract class OtherUsersTests(string client) : SshTests(client)
{
    [Fact]
    public async Task Sessions_of_another_user_need_sudo()
    {
        await using var machine = await StartMachineAsync();
        await using var alice = await TestUser.CreateAsync(machine.Folder);
        await using var tmux = new TmuxServer(alice);
        var id = await tmux.CreateAsync("paper/draft");
        await new TmuxServer(machine.User).CreateAsync("own");
        await using var exporter = await machine.WatchAsync($"tmux: {{ users: [{alice.Name}] }}");

        var page = await exporter.UntilAsync("sudo is refused", p => p.Find("fleet_collector_success", ("collector", "tmux_users")) == 0);
        Assert.True(page.Value("fleet_collector_failures_total", ("collector", "tmux_users"), ("reason", "permission")) >= 1);
        Assert.Equal(0, page.Value("fleet_tmux_up", ("user", alice.Name)));
        Assert.Empty(page.Of("fleet_tmux_sessions", ("user", alice.Name)));
        Assert.Equal(1, page.Value("fleet_tmux_sessions", ("user", machine.User.Name), ("state", "detached")));

        // sudo skips files with a dot in their names, and this one until it is whole.
        var rule = $"/etc/sudoers.d/{machine.User.Name}";
        try
        {
            await File.WriteAllTextAsync(
                rule + ".new", $"{machine.User.Name} ALL=({alice.Name}) NOPASSWD: /usr/bin/tmux\n", TestContext.Current.CancellationToken);
            File.SetUnixFileMode(rule + ".new", UnixFileMode.UserRead | UnixFileMode.GroupRead);
            File.Move(rule + ".new", rule);
            await exporter.ProbeAsync();
            page = await exporter.UntilAsync("the session of the other user", p => p.Of("fleet_tmux_session_info", ("user", alice.Name)).Any());
            await SeenAndKilledAsync(exporter, alice, tmux);
        }
        finally
        {
            File.Delete(rule);
            File.Delete(rule + ".new");
        }

        Assert.Equal(1, page.Value("fleet_tmux_session_info", ("user", alice.Name), ("session", "paper/draft"), ("session_id", id)));
        Assert.Equal(1, page.Value("fleet_tmux_up", ("user", alice.Name)));
        Assert.Equal(1, page.Value("fleet_collector_success", ("collector", "tmux_users")));
    }

    private static async Task SeenAndKilledAsync(Exporter exporter, TestUser alice, TmuxServer tmux)
    {
        var path = "/api/sessions/" + Uri.EscapeDataString($"box:{alice.Name}/paper/draft");
        var session = await exporter.JsonAsync(path);
        Assert.Equal(alice.Name, session.Text("user"));
        Assert.Contains($"sudo -u {alice.Name} tmux attach-session", session.Text("attach_command"), StringComparison.Ordinal);
        await tmux.CreateAsync("other");

        var asked = await CallAsync(new { force = true });
        var killed = await CallAsync(new { force = true, confirmation_token = asked.Text("confirmation_token") });

        Assert.True(killed["killed"]?.GetValue<bool>(), killed.ToJsonString());
        Assert.Equal(["other"], (await tmux.NamesAsync()).Values);

        async Task<JsonNode> CallAsync(object body) => JsonNode.Parse(
            await (await exporter.Http.PostAsJsonAsync(path + "/kill", body, TestContext.Current.CancellationToken)).Content
                .ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    public sealed class WithBuiltinClient() : OtherUsersTests("builtin");

    public sealed class WithOpenSsh() : OtherUsersTests("openssh");
}
