<#
.SYNOPSIS
Installs fleet-exporter agent as a Windows service, which pushes this machine's GPUs to an exporter.
.DESCRIPTION
Run it as an administrator, in the folder of fleet-exporter.exe. It copies the executable and the device's key to C:\Program Files\FleetExporter,
where only administrators and the service can read the key, and starts the service FleetExporterAgent as LocalService. Run it again to change the
settings or to update the executable. Messages of the agent are in the event log Application, source FleetExporterAgent.
.EXAMPLE
.\install-agent.ps1 -Push https://fleet.example:9470 -KeyFile beast.key
.EXAMPLE
.\install-agent.ps1 -Uninstall
#>
[CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Install')]
param(
    # The exporter's URL.
    [Parameter(Mandatory, ParameterSetName = 'Install')] [ValidatePattern('^https?://[^\s"]+$')] [string] $Push,
    # File with the device's key, from: fleet-exporter key new --device NAME
    [Parameter(Mandatory, ParameterSetName = 'Install')] [ValidateScript({ Test-Path -PathType Leaf $_ })] [string] $KeyFile,
    # Time between two pushes, 500ms to 1h.
    [Parameter(ParameterSetName = 'Install')] [ValidatePattern('^\d+(ms|s|m|h)$')] [string] $Interval = '2s',
    # Removes the service, the executable and the key.
    [Parameter(Mandatory, ParameterSetName = 'Uninstall')] [switch] $Uninstall,
    [string] $Folder = (Join-Path $env:ProgramFiles 'FleetExporter')
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$name = 'FleetExporterAgent'
$program = Join-Path $Folder 'fleet-exporter.exe'
$key = Join-Path $Folder 'agent.key'

# Native programs do not throw.
function Invoke-Native([string] $Program, [string[]] $Arguments) {
    & $Program @Arguments | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "$Program $($Arguments -join ' ') failed with exit code $LASTEXITCODE." }
}

function Stop-Agent {
    $service = Get-Service -Name $name -ErrorAction SilentlyContinue
    if ($service -and $service.Status -ne 'Stopped') { Stop-Service -Name $name }
    [bool] $service
}

$principal = [Security.Principal.WindowsPrincipal] [Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this script as an administrator.'
}

if ($Uninstall) {
    if ($PSCmdlet.ShouldProcess($name, 'Remove the service and its files')) {
        if (Stop-Agent) { Invoke-Native sc.exe @('delete', $name) }
        Remove-Item -Path $program, $key -ErrorAction SilentlyContinue
        Write-Output "$name is removed."
    }
    return
}

$source = Join-Path $PSScriptRoot 'fleet-exporter.exe'
if (-not (Test-Path -PathType Leaf $source)) { throw "$source does not exist; run this script in the folder of fleet-exporter.exe." }
if (-not $PSCmdlet.ShouldProcess($name, "Install the service, pushing to $Push")) { return }

$exists = Stop-Agent
New-Item -ItemType Directory -Force -Path $Folder | Out-Null
if ($source -ne $program) { Copy-Item -Force -Path $source -Destination $program }
# The key's rights first, so that nobody can read it in between. S-1-5-32-544: administrators, S-1-5-19: LocalService.
Set-Content -Path $key -Value '' -NoNewline
Invoke-Native icacls.exe @($key, '/inheritance:r', '/grant:r', '*S-1-5-32-544:F', '*S-1-5-19:R')
Set-Content -Path $key -Value (Get-Content -Raw -Path $KeyFile).Trim() -NoNewline

$command = "`"$program`" agent --push $Push --key-file `"$key`" --interval $Interval"
if (-not $exists) {
    New-Service -Name $name -BinaryPathName $command -DisplayName 'FleetExporter agent' -StartupType Automatic `
        -Description "Pushes this machine's GPUs to FleetExporter." | Out-Null
    Invoke-Native sc.exe @('failure', $name, 'reset=', '3600', 'actions=', 'restart/10000/restart/10000/restart/60000')
}
# Not with sc.exe: Windows PowerShell loses quotes within the arguments of programs.
$changed = Get-CimInstance -ClassName Win32_Service -Filter "Name='$name'" |
    Invoke-CimMethod -MethodName Change -Arguments @{ PathName = $command; StartName = 'NT AUTHORITY\LocalService'; StartPassword = '' }
if ($changed.ReturnValue -ne 0) { throw "The service could not be configured: error $($changed.ReturnValue) of Win32_Service.Change." }
if (-not [Diagnostics.EventLog]::SourceExists($name)) { [Diagnostics.EventLog]::CreateEventSource($name, 'Application') }
Start-Service -Name $name
Write-Output "$name runs and starts with Windows. To test it: & '$program' agent --push $Push --key-file '$key' --once"
