using FleetExporter.Config.Binding;
using FleetExporter.Config.Yaml;

namespace FleetExporter.Tests.Config;

public sealed class EnvironmentTests
{
    [Theory]
    [InlineData("${WHO}", "root")]
    [InlineData("a ${WHO}/${WHO} b", "a root/root b")]
    [InlineData("${MISSING:-x y}", "x y")]
    [InlineData("${EMPTY:-x}", "x")]
    [InlineData("${WHO:-x}", "root")]
    [InlineData("$${WHO}", "${WHO}")]
    [InlineData("$WHO $ $$", "$WHO $ $$")]
    [InlineData("${NESTED}", "${WHO}")]
    public void Environment_variables_are_expanded(string value, string expected) =>
        Assert.Equal(expected, Yml.Host($"  labels: {{ x: \"{value}\" }}").Labels["x"]);

    [Theory]
    [InlineData("${MISSING}", "the environment variable MISSING is not set; set it, or give ${MISSING:-default}")]
    [InlineData("${WHO", "invalid ${ in the value; give ${NAME} or ${NAME:-default}, or $${ for a literal ${")]
    [InlineData("${1A}", "invalid ${ in the value; give ${NAME} or ${NAME:-default}, or $${ for a literal ${")]
    [InlineData("${A:-${WHO}}", "invalid ${ in the value; give ${NAME} or ${NAME:-default}, or $${ for a literal ${")]
    [InlineData("${WHO-x}", "invalid ${ in the value; give ${NAME} or ${NAME:-default}, or $${ for a literal ${")]
    public void Invalid_variables_are_errors(string value, string expected) =>
        Assert.Equal([$"fleet.yml:1:14: ssh.user: {expected}"], Yml.Errors($"ssh: {{ user: '{value}' }}"));

    [Fact]
    public void An_empty_expansion_means_the_default() => Assert.Null(Yml.Load("ssh:\n  user: ${MISSING:-}").Ssh.Host.User);

    [Fact]
    public void Keys_are_not_expanded() =>
        Assert.StartsWith("fleet.yml:1:1: unknown key '${WHO}'; allowed keys are", Assert.Single(Yml.Errors("${WHO}: x")));

    [Theory]
    [InlineData("~", "/home/me")]
    [InlineData("~/x", "/home/me/x")]
    [InlineData("x/../y/", "/etc/fleet/y")]
    [InlineData("/x", "/x")]
    public void Paths_are_made_absolute(string path, string expected) => Assert.Equal(expected, Yml.Load($"data_dir: '{path}'").DataDir);

    [Fact]
    public void Errors_never_show_values_of_variables()
    {
        var secret = Kinds.Text("token", "", (string _, out string? value, out string? error) =>
        {
            value = null;
            error = "is not a token";
            return false;
        }).Secret();
        var binder = new Binder("fleet.yml", "/", _ => null);
        Field At(YamlNode node) => new(binder, "token", node);

        secret.TryRead(At(new YamlScalar(new Position(1, 1), "hunter2", isPlain: false)), out _);
        secret.TryRead(At(new YamlScalar(new Position(2, 1), "${HUNTER2:-hunter2}${", isPlain: false)), out _);
        Kinds.ListOf(secret).Secret().TryRead(At(new YamlScalar(new Position(3, 1), "hunter2", isPlain: false)), out _);

        Assert.Equal(
            [
                "token: the value is not a token",
                "token: invalid ${ in the value; give ${NAME} or ${NAME:-default}, or $${ for a literal ${",
                "token: expected a list of tokens, found a value",
            ],
            binder.Errors.Select(error => error.Message));
    }
}
