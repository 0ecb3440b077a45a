#!/usr/bin/env bash
# make bench: the nearest peer (ngrok's webernetes) and KubeLoop on this machine, one after the other, then KubeLoop in Chromium.
#
#   tests/bench/run.sh            peer and ours at 100 and 1,000 pods; ours alone up to 50,000; the page at 100, 1,000 and 5,000
#   tests/bench/run.sh --full     the peer at 5,000 pods too (ten minutes and more)
#   tests/bench/run.sh --native   without the browser
#
# The same work everywhere: one Deployment, nginx:1.14.2, from apply until every replica is Ready. The peer is installed under
# tests/bench/peer only, as it ships: bundled by esbuild, as its modules ask for a bundler, and run by Node.js.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=tests/bench/results
mkdir -p $results

if [[ ! tests/bench/peer/node_modules/.package-lock.json -nt tests/bench/peer/package-lock.json ]]; then
  echo "• Installing the peer, @ngrok/webernetes, into tests/bench/peer/node_modules." >&2
  npm --prefix tests/bench/peer ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  touch tests/bench/peer/node_modules/.package-lock.json
fi
esbuild tests/bench/peer/run.mjs --bundle --platform=node --format=esm --target=node20 \
  --outfile=tests/bench/peer/node_modules/.run.mjs --log-level=warning
cargo build --release --quiet

sizes="10x100 50x1000"
[[ " $* " == *" --full "* ]] && sizes+=" 100x5000"
node tests/bench/compare.mjs $sizes

[[ " $* " == *" --native "* ]] && exit
make --no-print-directory dist
playwright test -c tests/bench/playwright.config.ts
