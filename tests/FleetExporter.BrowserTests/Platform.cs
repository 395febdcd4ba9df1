[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

[assembly: Xunit.AssemblyFixture(typeof(FleetExporter.BrowserTests.Browsing.Chromium))]
[assembly: Xunit.AssemblyFixture(typeof(FleetExporter.BrowserTests.Browsing.SmallFleet))]
