using FleetExporter.Config;

namespace FleetExporter.Tests.Config;

public sealed class KeyFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public KeyFolderTests()
    {
        foreach (var name in new[] { "keys", "keys/sub", "other" })
        {
            Directory.CreateDirectory(_folder.PathOf(name));
        }

        foreach (var name in new[] { "keys/key", "keys/sub/key", "keys/with %h", "keys/a b", "other/key" })
        {
            _folder.Write(name, "a key");
        }

        _folder.Write("keys/empty", "");
        _folder.Write("keysafe", "a key");
        File.CreateSymbolicLink(_folder.PathOf("keys/inside"), "sub/key");
        File.CreateSymbolicLink(_folder.PathOf("keys/outside"), "../other/key");
        File.CreateSymbolicLink(_folder.PathOf("keys/nowhere"), "nosuch");
        File.CreateSymbolicLink(_folder.PathOf("keys/circle"), "circle");
        Directory.CreateSymbolicLink(_folder.PathOf("keys/out"), _folder.PathOf("other"));
        Directory.CreateSymbolicLink(_folder.PathOf("alias"), "keys");
    }

    [Theory]
    [InlineData("keys/key", true)]
    [InlineData("keys/sub/key", true)]
    [InlineData("keys/a b", true)]
    [InlineData("keys/inside", true)]
    [InlineData("alias/key", true)]
    [InlineData("other/../keys/key", true)]
    [InlineData("keys/out/../keys/key", true)]
    [InlineData("keys/out/../other/key", false)]
    [InlineData("keys/../other/key", false)]
    [InlineData("keys/outside", false)]
    [InlineData("keys/out/key", false)]
    [InlineData("keys/nowhere", false)]
    [InlineData("keys/circle", false)]
    [InlineData("keys/nosuch", false)]
    [InlineData("keys/sub", false)]
    [InlineData("keys/empty", false)]
    [InlineData("keys/with %h", false)]
    [InlineData("keys", false)]
    [InlineData("keysafe", false)]
    [InlineData("other/key", false)]
    [InlineData("/dev/zero", false)]
    public void Links_are_resolved_before_the_folder_is_checked(string path, bool holds)
    {
        Assert.Equal(holds, KeyFolder.Allows(Path.IsPathRooted(path) ? path : $"{_folder.Path}/{path}", [_folder.PathOf("keys")]));
        Assert.Equal(holds, KeyFolder.Allows(Path.IsPathRooted(path) ? path : $"{_folder.Path}/{path}", ["/nosuch", _folder.PathOf("alias")]));
        Assert.False(KeyFolder.Allows(path, [_folder.PathOf("keys")]) && !Path.IsPathRooted(path));
        Assert.False(KeyFolder.Allows(_folder.PathOf(path), []));
    }

    [Fact]
    public void Without_key_dirs_the_folder_of_the_default_key_is_used()
    {
        Assert.Equal(["/home/me/.ssh"], Yml.Load("ssh: { key_file: ~/.ssh/id }").Ssh.KeyFolders);
        Assert.Equal(["/k", "/etc/fleet/l"], Yml.Load("ssh: { key_file: ~/.ssh/id, key_dirs: [/k, l] }").Ssh.KeyFolders);
        Assert.Empty(Yml.Load("").Ssh.KeyFolders);
        Assert.Equal(["/etc/fleet/data/keys"], Yml.Load("").KeyFolders);
        Assert.Equal(["/k", "/d/keys"], Yml.Load("data_dir: /d\nssh: { key_dirs: [/k] }").KeyFolders);
    }

    public void Dispose() => _folder.Dispose();
}
