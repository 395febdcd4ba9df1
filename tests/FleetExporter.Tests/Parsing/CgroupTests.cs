using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class CgroupTests
{
    private const string Id = "3f1c2b9d5e7a48016cd3f08b92e14a57d60b3c8e9f21a7d45b0e6c1f83a9d2e4";

    [Theory]
    [InlineData($"/system.slice/docker-{Id}.scope", "docker", Id)]
    [InlineData($"/docker/{Id}", "docker", Id)]
    [InlineData($"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-{Id}.scope/container", "podman", Id)]
    [InlineData($"/machine.slice/libpod-{Id}.scope", "podman", Id)]
    [InlineData($"/libpod_parent/libpod-{Id}", "podman", Id)]
    [InlineData($"/machine.slice/libpod-payload-{Id}", "podman", Id)]
    [InlineData($"/kubepods.slice/kubepods-besteffort.slice/cri-containerd-{Id}.scope", "containerd", Id)]
    [InlineData($"/kubepods/besteffort/pod3b1c7d6e-1f2a-4c3b-9d8e-7f6a5b4c3d2e/{Id}", "containerd", Id)]
    [InlineData($"/default/{Id}", "containerd", Id)]
    [InlineData($"/system.slice/nerdctl-{Id}.scope", "containerd", Id)]
    [InlineData($"/kubepods.slice/kubepods-pod1.slice/crio-{Id}.scope", "crio", Id)]
    [InlineData($"/somewhere/{Id}", "unknown", Id)]
    [InlineData("/lxc.payload.cuda-box/system.slice/ssh.service", "lxc", "cuda-box")]
    [InlineData("/lxc/101/ns", "lxc", "101")]
    [InlineData("/machine.slice/machine-cuda.scope/payload/init.scope", "nspawn", "cuda")]
    public void A_container_has_its_runtime_and_id(string path, string runtime, string id) =>
        Assert.Equal(new ContainerId(runtime, id), Describe(path).Container);

    [Theory]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("/user.slice/user-1000.slice/session-3.scope")]
    [InlineData("/system.slice/docker.service")]
    [InlineData("/machine.slice/libpod-conmon-3f1c2b9d5e7a48016cd3f08b92e14a57d60b3c8e9f21a7d45b0e6c1f83a9d2e4.scope")]
    [InlineData("/docker/3f1c2b9d5e7a")]
    [InlineData("/docker-3F1C2B9D5E7A48016CD3F08B92E14A57D60B3C8E9F21A7D45B0E6C1F83A9D2E4.scope")]
    public void What_is_no_container_has_none(string path) => Assert.Null(Describe(path).Container);

    [Theory]
    [InlineData("/kubepods/burstable/pod3b1c7d6e-1f2a-4c3b-9d8e-7f6a5b4c3d2e/x", "3b1c7d6e-1f2a-4c3b-9d8e-7f6a5b4c3d2e")]
    [InlineData(
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod3b1c7d6e_1f2a_4c3b_9d8e_7f6a5b4c3d2e.slice/x",
        "3b1c7d6e-1f2a-4c3b-9d8e-7f6a5b4c3d2e")]
    [InlineData("/kubepods/burstable/podd41d8cd98f00b204e9800998ecf8427e/x", "d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("/kubepods/burstable/pod12", null)]
    public void A_pod_has_its_UID(string path, string? uid) => Assert.Equal(uid, Describe(path).Pod);

    [Theory]
    [InlineData("/slurm/uid_1000/job_4711/step_0/task_0", "4711")]
    [InlineData("/system.slice/slurmstepd.scope/job_4711/step_batch/user/task_0", "4711")]
    [InlineData("/slurm_node1/uid_1000/job_4711", "4711")]
    [InlineData("/slurm/job_x/step_0", null)]
    public void A_Slurm_job_has_its_id(string path, string? job) => Assert.Equal(job, Describe(path).SlurmJob);

    [Theory]
    [InlineData("/system.slice/vllm.service", "vllm.service")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/train.service", "train.service")]
    [InlineData("/user.slice/user-1000.slice/user@1000.service/app.slice/tmux.scope", null)]
    [InlineData("/user.slice/user-1000.slice/session-3.scope", null)]
    [InlineData($"/system.slice/docker-{Id}.scope/system.slice/inside.service", null)]
    public void A_service_has_its_unit(string path, string? unit) => Assert.Equal(unit, Describe(path).Unit);

    [Fact]
    public void Each_hierarchy_may_name_something_else()
    {
        var owner = Describe("/", "/slurm/uid_1000/job_12/step_0", "/system.slice/slurmd.service", $"/docker/{Id}");

        Assert.Equal(("12", Id, null), (owner.SlurmJob, owner.Container?.Id, owner.Unit));
    }

    [Fact]
    public void A_name_is_printable_and_cut()
    {
        var owner = Describe("/lxc/" + "a\u001b[31m\u202eb" + new string('x', 5_000));

        Assert.DoesNotContain('\u001b', owner.Container!.Id);
        Assert.DoesNotContain('\u202e', owner.Container.Id);
        Assert.True(owner.Container.Id.Length <= RemoteLimits.NameLength);
    }

    private static ProcessOwner Describe(params string[] paths) => Cgroup.Describe(new ProcessOwner(1, 1, "alice"), paths);
}
