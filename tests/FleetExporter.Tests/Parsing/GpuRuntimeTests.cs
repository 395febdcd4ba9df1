using FleetExporter.Parsing;

namespace FleetExporter.Tests.Parsing;

public sealed class GpuRuntimeTests
{
    [Theory]
    [InlineData("VLLM::EngineCore", "vllm")]
    [InlineData("python3.12 -m vllm.entrypoints.openai.api_server --model meta-llama/Llama-3", "vllm")]
    [InlineData("/opt/python/venv/bin/vllm serve sglang/x", "vllm")]
    [InlineData("sglang::scheduler", "sglang")]
    [InlineData("python -m sglang.launch_server", "sglang")]
    [InlineData("llama-server", "llama.cpp")]
    [InlineData("/srv/llama.cpp/build/bin/llama-server -m /usr/share/ollama/blobs/x", "llama.cpp")]
    [InlineData("ollama_llama_server", "ollama")]
    [InlineData("/usr/local/bin/ollama runner --model x", "ollama")]
    [InlineData(@"C:\Users\x\AppData\Local\Programs\Ollama\ollama.exe", "ollama")]
    [InlineData("/usr/local/lib/ollama/llama-server", "ollama")]
    [InlineData("trtllm-serve", "tensorrt")]
    [InlineData("/opt/tritonserver/bin/tritonserver", "triton")]
    [InlineData("python /srv/ComfyUI/main.py", "comfyui")]
    [InlineData("/usr/bin/python3.12", "python")]
    [InlineData("/usr/local/bin/python", "python")]
    [InlineData("pt_main_thread", "python")]
    [InlineData(@"C:\Users\x\python.exe", "python")]
    [InlineData("/usr/bin/python3 train.py --model llama-3", "python")]
    [InlineData("/usr/lib/xorg/Xorg", "desktop")]
    [InlineData(@"C:\Windows\System32\dwm.exe", "desktop")]
    [InlineData(@"C:\Program Files\Google\Chrome\Application\chrome.exe", "desktop")]
    [InlineData("/usr/bin/gnome-shell", "desktop")]
    [InlineData("./gpu_burn", "other")]
    [InlineData("/root/tools/memhog", "other")]
    [InlineData("ffmpeg", "other")]
    [InlineData("", "other")]
    [InlineData(null, "other")]
    public void Of_ProcessName_Runtime(string? name, string runtime) => Assert.Equal(runtime, GpuRuntime.Of(name));

    [Fact]
    public void Every_captured_process_has_a_runtime_of_the_list()
    {
        Assert.Equal(GpuRuntime.All.Distinct(), GpuRuntime.All);
        Assert.All(
            GpuManifest.Processes.SelectMany(fixture => GpuProcesses.Parse(fixture.Text, fixture.Fields).Processes),
            process => Assert.Contains(GpuRuntime.Of(process.Name), GpuRuntime.All));
    }
}
