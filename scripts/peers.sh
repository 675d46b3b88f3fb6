#!/usr/bin/env bash
# Installs what the benchmarks need beside the tests' programs: OCRmyPDF in build/peers, and what opens JBIG2 pictures.
set -euo pipefail
cd "$(dirname "$0")/.."
sudo=()
if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
packages=(ghostscript tesseract-ocr-osd jbig2dec)
if [ "$(dpkg-query -W -f='${db:Status-Abbrev}\n' "${packages[@]}" 2>/dev/null | grep -c '^ii')" -lt ${#packages[@]} ]; then
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
[ -x build/peers/bin/ocrmypdf ] || {
  .venv/bin/python -m venv build/peers
  build/peers/bin/pip install --quiet --disable-pip-version-check ocrmypdf==17.13.0
}
build/peers/bin/ocrmypdf --version
