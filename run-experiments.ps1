#!/usr/bin/env pwsh
# Runs the main job for every granularity: a thin wrapper over the harness. What it does not know is passed on.
[CmdletBinding()]
param(
    [string] $Granularity = 'all',
    [string] $Transport = 'tcp',
    [string] $Workload = 'kv',
    [int] $Repetitions = 1,
    [string] $Out = (Join-Path 'results' 'run'),
    [Parameter(ValueFromRemainingArguments)] [string[]] $Rest = @()
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

Push-Location $PSScriptRoot
try {
    dotnet run -c Release --project bench -- --granularity $Granularity --transport $Transport --workload $Workload `
        --repetitions $Repetitions --out $Out @Rest
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}
finally {
    Pop-Location
}
