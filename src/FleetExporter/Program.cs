using System.CommandLine;
using FleetExporter.Cli;

// The default of 2 s would cut an orderly end short where a host is silent: what is kept between runs is saved last.
return await CommandLine.Create()
    .Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) }).ConfigureAwait(false);
