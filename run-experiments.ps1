#!/usr/bin/env pwsh
# Measures the questions of experiments/ and writes the report: a thin wrapper over the harness.
#   ./run-experiments.ps1 -Quick                      every question, few points, minutes
#   ./run-experiments.ps1 -Experiment E1,E3           these, in full
#   ./run-experiments.ps1 -Repetitions 3              every point so often, instead of what its sweep.json says
#   ./run-experiments.ps1 -List                       what would be measured, and how long it takes
#   ./run-experiments.ps1 -Continue results/RUN       what is missing of a run that was stopped
[CmdletBinding()]
param(
    [string[]] $Experiment = @(),
    [switch] $Quick,
    [int] $Repetitions = 0,
    [switch] $List,
    [string] $Continue = '',
    [string] $Out = ''
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Push-Location $PSScriptRoot
try {
    $folder = if ($Continue) { $Continue } elseif ($Out) { $Out } else { Join-Path 'results' ([DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss')) }
    $sweep = @('sweep')
    if ($Continue) { $sweep += @('--continue', $Continue) } else { $sweep += @('--out', $folder) }
    if ($Experiment.Count -gt 0) { $sweep += @('--experiment', ($Experiment -join ',')) }
    if ($Quick) { $sweep += '--quick' }
    if ($Repetitions -gt 0) { $sweep += @('--repetitions', "$Repetitions") }
    if ($List) { $sweep += '--list' }

    dotnet build -c Release bench
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    dotnet run -c Release --no-build --project bench -- @sweep
    $measured = $LASTEXITCODE
    if (-not $List) {
        # Also of a sweep in which runs failed: their rows say why.
        dotnet run -c Release --no-build --project bench -- report $folder
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
    }
    exit $measured
}
finally {
    Pop-Location
}
