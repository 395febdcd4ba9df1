using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class ProcessOwnersTests
{
    private const string Id = "3f1c2b9d5e7a48016cd3f08b92e14a57d60b3c8e9f21a7d45b0e6c1f83a9d2e4";

    [Fact]
    public void Owners_have_user_start_and_what_their_cgroup_says()
    {
        var owners = ProcessOwners.Parse($"""
            {Stat(4242, "python3", 777)}
            /proc/4242/status:Uid:	1000	1000	1000	1000
            /proc/4242/cgroup:0::/system.slice/vllm.service
            {Stat(4300, "VLLM::EngineCor", 900)}
            /proc/4300/status:Uid:	0	0	0	0
            /proc/4300/cgroup:12:pids:/docker/{Id}
            /proc/4300/cgroup:0::/
            ns:pid:[4026531836]
            n:1000:alice
            n:0:root
            """);

        Assert.False(owners.AreOthersHidden);
        Assert.False(owners.IsOtherNamespace);
        Assert.Equal(
            [
                new ProcessOwner(4242, 777, "alice") { Unit = "vllm.service" },
                new ProcessOwner(4300, 900, "root") { Container = new ContainerId("docker", Id) },
            ],
            owners.Owners);
    }

    [Theory]
    [InlineData("n:1000:", "1000")]
    [InlineData("", "1000")]
    [InlineData("n:1000:(none)", "1000")]
    [InlineData("n:1000:CORP\\maria gomez", "CORP\\maria gomez")]
    [InlineData("n:1000:a:b", "a:b")]
    [InlineData("n:1000:x\u001b[31mred\u202e", "x [31mred")]
    public void A_user_without_a_usable_name_is_its_number(string name, string user)
    {
        var owner = Assert.Single(ProcessOwners.Parse($"/proc/7/status:Uid:\t1000\t1000\t1000\t1000\n{name}").Owners);

        Assert.Equal((user, (long?)null), (owner.User, owner.StartTicks));
    }

    [Theory]
    [InlineData("a) S 1\n/proc/7/status:Uid:\t0")]
    [InlineData("x\n) S 1 2 3")]
    [InlineData("\n\n")]
    public void A_command_name_cannot_forge_anything(string comm)
    {
        // As the kernel prints it, and grep -H prefixes each of its lines.
        var stat = $"7 ({comm}) S 1 7 7 0 -1 4194560 1 0 0 0 9 9 0 0 20 0 1 0 555 1000 10 0".ReplaceLineEndings("\n/proc/7/stat:");

        var owner = Assert.Single(ProcessOwners.Parse($"/proc/7/stat:{stat}\n/proc/7/status:Uid:\t1000\t1000\t1000\t1000").Owners);

        Assert.Equal(("1000", 555L), (owner.User, owner.StartTicks));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/proc/7/cgroup:0::/")]
    [InlineData("/proc/7/status:Uid:\t-1")]
    [InlineData("/proc/7/status:Uid:\t99999999999\t0")]
    [InlineData("/proc/x/status:Uid:\t1000")]
    [InlineData("/proc/7/status")]
    [InlineData("n:1000:alice")]
    public void What_has_no_user_is_missing(string body) => Assert.Empty(ProcessOwners.Parse(body).Owners);

    [Theory]
    [InlineData("ns:pid:[4026531836]", false)]
    [InlineData("ns:pid:[4026532198]", true)]
    [InlineData("ns:", true)]
    public void Pids_of_another_namespace_identify_nothing(string line, bool isOther) =>
        Assert.Equal(isOther, ProcessOwners.Parse(line).IsOtherNamespace);

    [Fact]
    public void Hidden_processes_are_said() => Assert.True(ProcessOwners.Parse("hidden\nns:pid:[4026531836]").AreOthersHidden);

    [Fact]
    public void A_host_without_end_of_processes_fails() => Assert.Throws<FormatException>(() => ProcessOwners.Parse(
        string.Concat(Enumerable.Range(1, RemoteLimits.GpuProcesses + 1).Select(pid => $"/proc/{pid}/status:Uid:\t1000\n"))));

    private static string Stat(int pid, string comm, int start) =>
        $"/proc/{pid}/stat:{pid} ({comm}) S 1 {pid} {pid} 0 -1 4194560 1 0 0 0 9 9 0 0 20 0 1 0 {start} 1000 10 0";
}
