#!/usr/bin/env bash
# Measures the questions of experiments/ and writes the report: run-experiments.ps1 for machines without PowerShell.
#   ./run-experiments.sh --quick                       every question, few points, minutes
#   ./run-experiments.sh --experiment E1,E3            these, in full
#   ./run-experiments.sh --repetitions 3               every point so often, instead of what its sweep.json says
#   ./run-experiments.sh --list                        what would be measured, and how long it takes
#   ./run-experiments.sh --continue results/RUN        what is missing of a run that was stopped
set -euo pipefail
cd "$(dirname "$0")"

folder=results/$(date -u +%Y%m%d-%H%M%S)
sweep=(sweep)
list=
continued=
while [ $# -gt 0 ]; do
  case $1 in
    --experiment) sweep+=(--experiment "${2:?--experiment needs names, such as E1,E3}"); shift ;;
    --quick) sweep+=(--quick) ;;
    --repetitions) sweep+=(--repetitions "${2:?--repetitions needs a number}"); shift ;;
    --list) sweep+=(--list); list=1 ;;
    --continue) folder=${2:?--continue needs a folder}; continued=1; shift ;;
    --out) folder=${2:?--out needs a folder}; shift ;;
    *) echo "$1: see the first lines of $0" >&2; exit 2 ;;
  esac
  shift
done
if [ -n "$continued" ]; then sweep+=(--continue "$folder"); else sweep+=(--out "$folder"); fi

dotnet build -c Release bench
measured=0
dotnet run -c Release --no-build --project bench -- "${sweep[@]}" || measured=$?
if [ -z "$list" ]; then
  # Also of a sweep in which runs failed: their rows say why.
  dotnet run -c Release --no-build --project bench -- report "$folder"
fi
exit "$measured"
