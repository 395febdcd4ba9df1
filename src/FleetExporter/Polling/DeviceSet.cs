using System.Collections.Immutable;
using FleetExporter.Collectors;
using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Polling.Snapshots;

namespace FleetExporter.Polling;

/// <summary>The configured devices. Each is a host of <see cref="FleetState"/> whose snapshot is replaced by its own pushes.</summary>
internal sealed class DeviceSet(FleetState state, TimeProvider clock) : IPagePart
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Accepted, long Refused)> _samples = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, DeviceConfig> _devices =
        ImmutableDictionary<string, DeviceConfig>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>
    /// Applies a configuration, after the hosts. A device whose stale_after changes keeps its last push.
    /// </summary>
    public void Apply(FleetConfig config)
    {
        lock (_lock)
        {
            var wanted = config.Devices.ToImmutableDictionary(d => d.Name, StringComparer.Ordinal);
            foreach (var name in _devices.Keys.Where(name => !wanted.ContainsKey(name)))
            {
                _samples.Remove(name);
                // The name may belong to a host by now.
                if (state.Find(name) is { Host.Device: not null })
                {
                    state.Remove(name);
                }
            }

            foreach (var device in wanted.Values.Where(d => _devices.GetValueOrDefault(d.Name) != d))
            {
                var host = new HostConfig { Name = device.Name, Device = device, Ssh = config.Ssh.Host };
                var timing = new PollTiming(device.StaleAfter, 1);
                _samples.TryAdd(device.Name, default);
                state.Set(state.Find(device.Name) is { Host.Device: not null } previous
                    ? previous with { Host = host, Timing = timing }
                    : HostSnapshot.Initial(host, timing, clock.Now()));
            }

            _devices = wanted;
        }
    }

    /// <summary>Replaces the device's GPUs with those of a push.</summary>
    /// <returns>False when the device is no longer configured.</returns>
    public bool Push(string device, IReadOnlyList<Gpu> gpus)
    {
        lock (_lock)
        {
            if (!_devices.ContainsKey(device) || state.Find(device) is not { Host.Device: not null } previous)
            {
                return false;
            }

            var now = clock.Now();
            var reading = new GpuReading(gpus, 0, null);
            var outcome = new CollectorOutcome { Collector = "gpu", At = now, Reading = reading, ReadingAt = now, LastSuccess = now };
            var up = previous.Connection.Up ? previous.Connection : new ConnectionState(true, null, null, now);
            _samples[device] = _samples[device] with { Accepted = _samples[device].Accepted + gpus.Count };
            state.Set(previous with { Outcomes = previous.Outcomes.With(outcome), LastSeen = now, Connection = up });
            return true;
        }
    }

    /// <summary>Counts an invalid push of the device.</summary>
    public void Refused(string device)
    {
        lock (_lock)
        {
            if (_samples.TryGetValue(device, out var count))
            {
                _samples[device] = count with { Refused = count.Refused + 1 };
            }
        }
    }

    public void WriteTo(MetricsPage page)
    {
        lock (_lock)
        {
            foreach (var (device, count) in _samples)
            {
                page.Add(DeviceFamilies.Samples, Labels.None, count.Accepted, ("source", device), ("outcome", "accepted"));
                page.Add(DeviceFamilies.Samples, Labels.None, count.Refused, ("source", device), ("outcome", "refused"));
            }
        }
    }
}
