#!/usr/bin/env bash
# Writes both lock files from pyproject.toml; needs `uv`. `scripts/lock.sh [main|bench|all]`.
#
#   requirements.lock        what `make install` installs: the library, its tests and its corpus
#   requirements-bench.lock  what `make bench` adds to it: the peers, at versions that fit the first file
#
# The files hold names, versions and hashes for every platform, and no address of a registry.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-all}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

compile() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-header "$@" pyproject.toml
}

# The entries of the file $2 that the file $1 lacks; an entry is a line "name==version ; marker" and what
# is indented below. One that $1 has for fewer platforms counts as lacking: pip skips what is there already.
lacking() {
  awk '
    /^[A-Za-z0-9]/ { entry = $0; sub(/ *\\$/, "", entry) }
    NR == FNR { if (/^[A-Za-z0-9]/) locked[entry] = 1; next }
    /^[A-Za-z0-9]/ { wanted = !(entry in locked) }
    wanted
  ' "$1" "$2"
}

if [[ $what != bench ]]; then
  echo "torch==2.13.0" >"$made/pins.txt"
  compile --group dev --group documents --constraint "$made/pins.txt" -o requirements.lock
fi
if [[ $what != main ]]; then
  # LlamaIndex needs dataclasses-json 0.6, which asks for a marshmallow below 4 and works with 4.
  echo "marshmallow" >"$made/overrides.txt"
  compile --group bench --no-annotate --constraint requirements.lock \
    --override "$made/overrides.txt" -o "$made/bench.lock"
  lacking requirements.lock "$made/bench.lock" >requirements-bench.lock
fi
if grep -nE '://' requirements.lock requirements-bench.lock; then
  echo "a lock file holds an address" >&2
  exit 1
fi
