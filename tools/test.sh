#!/usr/bin/env bash
# make test: every check there is, in the order in which they fail fastest, and a summary at the end.
#
#   tools/test.sh                    all steps
#   tools/test.sh format lint …      only these
#
# Two build profiles serve all of it, so that dependencies are compiled once each: `dev` for everything native (Clippy,
# tests and docs share its metadata; with --features page, so that the page's own tests and docs are among them), `page` for
# the wasm that is also what `make dist` ships.
# A failing step does not hide the others: all run, and the exit code says whether one failed.
set -uo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-always}"

steps=(format lint model tests doctests docs page editor browser)
declare -A told=()
logs=target/test-logs
mkdir -p "$logs"

format() { cargo fmt --all --check; }

# The page's Clippy is for wasm32, where the page's dependencies exist; it shares nothing with the native one.
lint() {
  cargo clippy --all-targets --features page --quiet -- -D warnings &&
    cargo clippy --bin page --lib --target wasm32-unknown-unknown --no-default-features --features page --quiet -- -D warnings
}

# The model stands alone: without the command line and without Yew.
model() { cargo nextest run --no-default-features --lib --hide-progress-bar --status-level fail --no-fail-fast --no-tests pass; }

tests() { cargo nextest run --features page --hide-progress-bar --status-level fail --no-fail-fast --no-tests pass; }

doctests() { cargo test --doc --features page --quiet; }

docs() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --lib --features page --quiet; }

page() { make --no-print-directory dist; }

editor() { node --test tests/editor/ tests/tools/; }

browser() { playwright test -c tests/browser/playwright.config.ts; }

# The last line in which a test runner says what it did.
summary_of() { sed 's/\x1b\[[0-9;]*m//g' "$1" | grep -E 'Summary \[|^test result:|^# (pass|fail) |^ +[0-9]+ (passed|failed|flaky|skipped)' | tr -s ' \n' ' '; }

[[ -x "$(command -v cargo-nextest)" ]] || tools/setup.sh nextest
if ! command -v cargo-nextest >/dev/null; then
  echo "cargo-nextest is not there, so the tests run with cargo test: slower, and all in one process." >&2
  model() { cargo test --no-default-features --lib --quiet; }
  tests() { cargo test --all-targets --features page --quiet; }
fi

(($#)) && steps=("$@")
tools/setup.sh page && tools/setup.sh tests || exit 1
failed=()
for step in "${steps[@]}"; do
  printf '\n\033[1m── %s\033[0m\n' "$step"
  started=$SECONDS
  if "$step" 2>&1 | tee "$logs/$step.log"; then result="ok"; else result="FAILED" failed+=("$step"); fi
  told[$step]=$(printf '%-9s %-6s %4d s  %s' "$step" "$result" $((SECONDS - started)) "$(summary_of "$logs/$step.log")")
done

printf '\n\033[1m── summary\033[0m\n'
for step in "${steps[@]}"; do echo "${told[$step]}"; done
if ((${#failed[@]})); then
  echo "FAILED: ${failed[*]} (full output in $logs/)"
  exit 1
fi
echo "All of it passed in $((SECONDS / 60)) min $((SECONDS % 60)) s."
