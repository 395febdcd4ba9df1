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
    public void A_value_is_filled_from_the_environment(string value, string expected) =>
        Assert.Equal(expected, Yml.Host($"  labels: {{ x: \"{value}\" }}").Labels["x"]);

    [Theory]
    [InlineData("${MISSING}", "the environment variable MISSING is not set; set it, or give ${MISSING:-default}")]
    [InlineData("${WHO", "the value has a ${ that is not ${NAME} or ${NAME:-default}; write $${ for a plain ${")]
    [InlineData("${1A}", "the value has a ${ that is not ${NAME} or ${NAME:-default}; write $${ for a plain ${")]
    [InlineData("${A:-${WHO}}", "the value has a ${ that is not ${NAME} or ${NAME:-default}; write $${ for a plain ${")]
    [InlineData("${WHO-x}", "the value has a ${ that is not ${NAME} or ${NAME:-default}; write $${ for a plain ${")]
    public void What_cannot_be_filled_is_a_mistake(string value, string expected) =>
        Assert.Equal([$"fleet.yml:1:14: ssh.user: {expected}"], Yml.Errors($"ssh: {{ user: '{value}' }}"));

    [Fact]
    public void A_value_filled_to_nothing_means_that_it_is_not_given() => Assert.Null(Yml.Load("ssh:\n  user: ${MISSING:-}").Ssh.Host.User);

    [Fact]
    public void A_key_is_taken_as_it_is() =>
        Assert.StartsWith("fleet.yml:1:1: unknown key '${WHO}'; known are", Assert.Single(Yml.Errors("${WHO}: x")));

    [Theory]
    [InlineData("~", "/home/me")]
    [InlineData("~/x", "/home/me/x")]
    [InlineData("x/../y/", "/etc/fleet/y")]
    [InlineData("/x", "/x")]
    public void A_path_is_absolute(string path, string expected) => Assert.Equal(expected, Yml.Load($"data_dir: '{path}'").DataDir);

    [Fact]
    public void A_secret_is_never_shown()
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
                "token: the value has a ${ that is not ${NAME} or ${NAME:-default}; write $${ for a plain ${",
                "token: expected a list of tokens, found a value",
            ],
            binder.Errors.Select(error => error.Message));
    }
}
