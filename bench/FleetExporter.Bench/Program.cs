using BenchmarkDotNet.Running;
using FleetExporter.Bench;

// make bench                      everything
// make bench BENCH='--filter *Page*'   what the filter names
BenchmarkSwitcher.FromAssembly(typeof(PageBench).Assembly).Run(args.Length > 0 ? args : ["--filter", "*"]);
