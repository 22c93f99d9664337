#!/usr/bin/env bash
# Makes all fixtures anew: npm run fixtures -- path/to/venv, where `pip install -r test/python/requirements.txt` was run.
set -euo pipefail
cd "$(dirname "$0")"
python="${1:-${VIRTUAL_ENV:-}}/bin/python"
[ -x "$python" ] || { echo "usage: regenerate.sh <folder of a Python virtual environment>" >&2; exit 2; }
python=$(cd "$(dirname "$python")" && pwd)/python
for script in make_*.py; do
  echo "$script"
  "$python" "$script"
done
