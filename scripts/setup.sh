#!/usr/bin/env bash
# Installs what is missing: `setup.sh run` for running, `setup.sh test` for the tests too, `setup.sh train` for training
# a recogniser and the tests of that (PyTorch: some gigabytes).
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-run}

run_packages=(tesseract-ocr tesseract-ocr-vie poppler-utils python3-venv fonts-noto-core
  fonts-dejavu-core libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
test_packages=(postgresql chromium)
train_packages=(fonts-sil-doulos fonts-sil-charis fonts-sil-gentiumplus fonts-croscore fonts-texgyre fonts-freefont-ttf
  fonts-liberation2 fonts-noto-mono fonts-lmodern fonts-cmu fonts-crosextra-carlito fonts-roboto-unhinted fonts-open-sans
  fonts-linuxlibertine fonts-dancingscript fonts-kristi fonts-breip)

packages=("${run_packages[@]}")
[ "$what" = test ] && packages=("${test_packages[@]}")
[ "$what" = train ] && packages=("${test_packages[@]}" "${train_packages[@]}")

missing=()
if command -v dpkg-query >/dev/null; then
  for p in "${packages[@]}"; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
  done
else
  echo "This is not a Debian or Ubuntu machine. Please install the equivalents of:" >&2
  printf '  %s\n' "${run_packages[@]}" "${test_packages[@]}" >&2
  echo "and run this again; continuing with what is there." >&2
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing system packages: ${missing[*]}"
  sudo=()
  if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

python=
for candidate in python3.12 python3.11 python3; do
  if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(not (3,11) <= sys.version_info[:2] <= (3,12))' 2>/dev/null; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || { echo "Python 3.11 or 3.12 is needed; found $(python3 --version 2>&1)." >&2; exit 1; }

if [ ! -x .venv/bin/python ]; then
  echo "Making a virtual environment in .venv ($("$python" --version))"
  "$python" -m venv .venv
fi
extra=
[ "$what" = test ] && extra='[test]'
[ "$what" = train ] && extra='[test,train]'
echo "Installing Python packages${extra:+ for the tests} (versions pinned in constraints.txt)"
.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".$extra"
