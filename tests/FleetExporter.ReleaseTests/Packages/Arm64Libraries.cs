namespace FleetExporter.ReleaseTests.Packages;

/// <summary>Debian's libraries for arm64, unpacked into a folder; the machine's own package lists and packages stay as they are.</summary>
internal static class Arm64Libraries
{
    private static readonly string[] Packages = ["libc6", "libgcc-s1", "libssl3", "libstdc++6", "zlib1g"];

    public static async Task<string> UnpackAsync(TestFolder folder)
    {
        var root = folder.Make("arm64");
        var apt = folder.Make("apt");
        foreach (var name in new[] { "lists/partial", "cache/archives/partial", "state" })
        {
            folder.Make("apt", name);
        }

        folder.Write("apt/status", "");
        string[] options =
        [
            "-q", "-o", "APT::Architecture=arm64", "-o", "APT::Architectures=arm64", "-o", $"Dir::State::Lists={apt}/lists",
            "-o", $"Dir::State={apt}/state", "-o", $"Dir::State::Status={apt}/status", "-o", $"Dir::Cache={apt}/cache",
        ];
        await Tool.RunAsync("apt-get", [.. options, "update"]);
        await Tool.RunAsync("sh", ["-c", "cd \"$0\" && apt-get \"$@\"", root, .. options, "download", .. Packages]);
        foreach (var package in Directory.GetFiles(root, "*.deb"))
        {
            await Tool.RunAsync("dpkg-deb", "--extract", package, root);
        }

        return root;
    }
}
