#!/bin/sh
# Installs each peer into an environment of its own below benchmarks/.peers; what is already there is left alone.
# usage: install_peers.sh [python]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:-python3}
for peer in brian2 brainpy nest; do
    place="$here/.peers/$peer"
    wanted="$here/requirements/$peer.txt"
    if cmp -s "$wanted" "$place/installed.txt"; then
        echo "$peer is installed"
        continue
    fi
    echo "installing $peer"
    test -x "$place/bin/python" || "$python" -m venv "$place"
    "$place/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$place/installed.txt"
done
