using FleetExporter.Parsing;
using FleetExporter.Polling;

namespace FleetExporter.Tests.Polling;

/// <summary>Lines of a loop of nvidia-smi become samples.</summary>
public sealed class LoopSamplesTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_sample_is_complete_with_as_many_rows_as_the_last_one()
    {
        var samples = new LoopSamples(Interval, 2);
        Add(samples, Row(10.000, "0, GPU-a, 5"));
        Assert.Null(samples.Take());
        Add(samples, Row(10.003, "1, GPU-b, 6"));

        Assert.Equal("0, GPU-a, 5\n1, GPU-b, 6\n", samples.Take());
        Assert.Null(samples.Take());
    }

    [Fact]
    public void A_sample_with_fewer_rows_is_complete_when_the_next_one_starts()
    {
        var samples = new LoopSamples(Interval, 3);
        Add(samples, Row(10, "0, GPU-a, 5"));
        Add(samples, Row(10, "1, GPU-b, 6"));
        Assert.Null(samples.Take());
        Add(samples, Row(12, "0, GPU-a, 7"));

        Assert.Equal("0, GPU-a, 5\n1, GPU-b, 6\n", samples.Take());
        Assert.Null(samples.Take());
        Add(samples, Row(12, "1, GPU-b, 8"));
        Assert.Equal("0, GPU-a, 7\n1, GPU-b, 8\n", samples.Take());
    }

    [Fact]
    public void Rows_beyond_the_expected_ones_give_the_sample_again()
    {
        var samples = new LoopSamples(Interval, 0);
        Add(samples, Row(10, "GPU-a, 1, x, 5"));
        Assert.Equal("GPU-a, 1, x, 5\n", samples.Take());
        Add(samples, Row(10, "GPU-a, 2, y, 6"));

        Assert.Equal("GPU-a, 1, x, 5\nGPU-a, 2, y, 6\n", samples.Take());
    }

    [Fact]
    public void Only_the_newest_of_several_samples_is_taken()
    {
        var samples = new LoopSamples(Interval, 1);
        Add(samples, Row(10, "0, GPU-a, 5"));
        Add(samples, Row(12, "0, GPU-a, 6"));
        Add(samples, Row(14, "0, GPU-a, 7"));

        Assert.Equal("0, GPU-a, 7\n", samples.Take());
        Assert.Null(samples.Take());
    }

    [Fact]
    public void Lines_printed_twice_count_once()
    {
        var samples = new LoopSamples(Interval, 2);
        foreach (var row in new[] { "0, GPU-a, 5", "0, GPU-a, 5", "1, GPU-b, 6", "1, GPU-b, 6" })
        {
            Add(samples, Row(10, row));
        }

        Assert.Equal("0, GPU-a, 5\n1, GPU-b, 6\n", samples.Take());
    }

    [Fact]
    public void A_loop_that_is_too_fast_gives_a_sample_per_half_interval()
    {
        var samples = new LoopSamples(Interval, 1);
        List<string> taken = [];
        for (var i = 0; i < 40; i++)
        {
            Add(samples, Row(10 + (i * 0.1), $"0, GPU-a, {i}"));
            if (samples.Take() is { } sample)
            {
                taken.Add(sample);
            }
        }

        Assert.Equal(["0, GPU-a, 0\n", "0, GPU-a, 10\n", "0, GPU-a, 20\n", "0, GPU-a, 30\n"], taken);
    }

    [Fact]
    public void A_process_in_two_slices_of_a_GPU_has_two_rows()
    {
        var samples = new LoopSamples(Interval, 2);
        Add(samples, Row(10, "GPU-a, 1, x, 500"));
        Add(samples, Row(10, "GPU-a, 1, x, 600"));

        Assert.Equal("GPU-a, 1, x, 500\nGPU-a, 1, x, 600\n", samples.Take());
    }

    [Fact]
    public void A_clock_set_back_starts_a_new_sample()
    {
        var samples = new LoopSamples(Interval, 1);
        Add(samples, Row(10, "0, GPU-a, 5"));
        samples.Take();
        Add(samples, Row(3, "0, GPU-a, 6"));

        Assert.Equal("0, GPU-a, 6\n", samples.Take());
    }

    [Fact]
    public void An_error_belongs_to_the_sample_in_which_it_is_printed()
    {
        var samples = new LoopSamples(Interval, 3);
        Add(samples, Row(10, "0, GPU-a, 5"));
        Add(samples, "Unable to determine the device handle for GPU1: 0000:0B:00.0: Unknown Error");
        Add(samples, Row(10, "2, GPU-c, 5"));
        Add(samples, Row(12, "0, GPU-a, 6"));

        Assert.Equal(
            "0, GPU-a, 5\nUnable to determine the device handle for GPU1: 0000:0B:00.0: Unknown Error\n2, GPU-c, 5\n", samples.Take());
    }

    [Fact]
    public void Endless_rows_and_sentences_of_one_sample_are_limited()
    {
        var samples = new LoopSamples(Interval, 0);
        for (var i = 0; i < 20_000; i++)
        {
            Add(samples, Row(10, $"GPU-a, {i}, x, 5"));
            Add(samples, $"sentence {i}");
        }

        Assert.Equal(RemoteLimits.GpuProcesses + 1 + 20, samples.Take()!.Count(c => c == '\n'));
    }

    [Fact]
    public void Without_timestamps_rows_that_arrive_together_are_a_sample_below_the_last_heading()
    {
        var samples = new LoopSamples(Interval, 2, hasTimestamps: false);
        samples.Add("#gpu, pwr, smutil", TimeSpan.FromSeconds(10));
        samples.Add(" 0, 72, -", TimeSpan.FromSeconds(10));
        samples.Add(" 1, 73, -", TimeSpan.FromSeconds(10.001));
        Assert.Equal("#gpu, pwr, smutil\n 0, 72, -\n 1, 73, -\n", samples.Take());
        samples.Add("#gpu, pwr, smutil", TimeSpan.FromSeconds(12));
        samples.Add(" 0, 72, 5", TimeSpan.FromSeconds(12));
        Assert.Null(samples.Take());
        samples.Add(" 1, 73, 6", TimeSpan.FromSeconds(12));

        Assert.Equal("#gpu, pwr, smutil\n 0, 72, 5\n 1, 73, 6\n", samples.Take());
    }

    private static void Add(LoopSamples samples, string line) => samples.Add(line, TimeSpan.Zero);

    private static string Row(double second, string cells) =>
        $"{DateTime.UnixEpoch.AddSeconds(second).ToString("yyyy/MM/dd HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture)}, {cells}";
}
