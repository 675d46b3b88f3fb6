#!/usr/bin/env bash
# The main job on a small example, by the commands an administrator would type. Everything is kept in demo/.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH
export SOHOA_WORKSPACE=$PWD/demo
# A free port, so that no other server is in the way.
SOHOA_PREFECT_PORT=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export SOHOA_PREFECT_PORT
# One of the bad scans is cut off: nobody is going to write the rest of it.
export SOHOA_INCOMPLETE_MINUTES=0.1

say() { printf '\n\033[1m$ %s\033[0m\n' "$*"; "$@"; }

say sohoa init demo
for kind in centres procedures dossiers targets; do
  say sohoa import "$kind" "sample_scans/register/$kind.csv"
done
say cp -r sample_scans/scans/. demo/inbox/
say cp -r sample_scans/bad/. demo/inbox/H18.25/
say sohoa up --until-idle
say sohoa status
say sohoa report national --period 9T/2023

pdf=demo/searchable.pdf
document=$(sohoa search --json --limit 1 "Điện Biên" | python -c 'import json, sys; print(json.load(sys.stdin)[0]["document"])')
rm -f "$pdf"
say sohoa get "$document" --what pdf --output "$pdf"
