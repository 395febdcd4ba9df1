using FleetExporter.Config;
using FleetExporter.Metrics;
using FleetExporter.Parsing;
using FleetExporter.Remote;

namespace FleetExporter.Collectors;

/// <summary>Temperature sensors of the mainboard, CPUs, disks and the like: hwmon, or the thermal zones where there is no hwmon.</summary>
internal sealed class TemperatureCollector() : HostCollector("temperature", Celsius, Limit)
{
    public static readonly MetricFamily Celsius = MetricFamily.Gauge(
        "fleet_host_temperature_celsius", "Temperature of a sensor, from /sys/class/hwmon or /sys/class/thermal.", "host", "sensor");

    public static readonly MetricFamily Limit = MetricFamily.Gauge(
        "fleet_host_temperature_limit_celsius", "Limit that the sensor reports as high (max) or critical, from /sys/class/hwmon.",
        "host", "sensor", "level");

    public override TimeSpan Every => TimeSpan.FromSeconds(15);

    public override string Script(HostConfig host) => """
          for d in "$sys"/class/hwmon/hwmon*; do
            k=; read -r k <"$d/name" || continue
            for f in "$d"/temp*_input; do
              t= m= c= l= p=${f%_input}; read -r t <"$f" || continue
              read -r m <"${p}_max"; read -r c <"${p}_crit"; read -r l <"${p}_label"
              b=${b}T$t:$m:$c:$k:$l$nl
            done
          done
          [ -z "$b" ] || return 0
          for d in "$sys"/class/thermal/thermal_zone*; do
            t= k=; read -r t <"$d/temp" && read -r k <"$d/type" && b=${b}T$t:::$k:$nl
          done
          return 0
        """;

    public override IAnswer Parse(Section section) => new TemperatureReading(Temperatures.Parse(section.Body).Sensors);

    public override string Summarize(IAnswer answer) => Count(((TemperatureReading)answer).Sensors.Count, "sensor");

    public override string Simulate(SimulatedHost host, DateTimeOffset now) =>
        $"T{SimulatedWave.Whole(now, host.Seed + 3, 38_000, 71_000)}:95000:100000:coretemp:Package id 0";
}

internal sealed record TemperatureReading(IReadOnlyList<TemperatureSensor> Sensors) : Reading, IAnswer
{
    public override void WriteTo(MetricsPage page, Labels target)
    {
        foreach (var sensor in Sensors)
        {
            page.Add(TemperatureCollector.Celsius, target, sensor.Celsius, ("sensor", sensor.Sensor));
            page.Add(TemperatureCollector.Limit, target, sensor.MaxCelsius, ("sensor", sensor.Sensor), ("level", "max"));
            page.Add(TemperatureCollector.Limit, target, sensor.CriticalCelsius, ("sensor", sensor.Sensor), ("level", "critical"));
        }
    }
}
