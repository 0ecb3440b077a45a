#!/usr/bin/env bash
# make fuzz: random input for everything that reads what others wrote, one target after another, and a summary at the end.
#
#   tools/fuzz.sh 600                all targets, ten minutes each
#   tools/fuzz.sh 600 yaml patch     only these
#
# A target fails on a panic, on an input that takes longer than 10 seconds or more than 2 GB, and on an answer that makes no sense
# (fuzz/src says what must hold). What it has found is left in fuzz/artifacts; `make test` tries the seeds again each time, so a finding
# that was fixed becomes a file in fuzz/seeds. What it has learnt is kept in fuzz/corpus and not in the repository.
set -uo pipefail
cd "$(dirname "$0")/.."
TOOLS="${KUBELOOP_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/kubeloop}"
export PATH="$TOOLS/bin:$PATH"

seconds=${1:?usage: tools/fuzz.sh SECONDS [TARGET…]}
shift
targets=("$@")
(($#)) || for file in fuzz/fuzz_targets/*.rs; do targets+=("$(basename "$file" .rs)"); done

tools/setup.sh fuzz || exit 1
# Instrumented code is made by compiler flags that are not stable. Where there is no nightly toolchain, the stable one is told to take them.
toolchain=(+nightly)
if ! cargo +nightly --version >/dev/null 2>&1; then
  toolchain=()
  export RUSTC_BOOTSTRAP=1
fi

# No sanitizer: they look for what only unsafe code does wrong, there is none here (`unsafe_code = "forbid"`), and with one the targets that
# run a cluster do thirty inputs a second in place of several hundred.
sanitizer=(--sanitizer none)

failed=()
for target in "${targets[@]}"; do
  printf '\n\033[1m── %s, %d s\033[0m\n' "$target" "$seconds"
  cargo "${toolchain[@]}" fuzz build "${sanitizer[@]}" "$target" || exit 1
  mkdir -p "fuzz/corpus/$target" "fuzz/artifacts/$target" fuzz/logs
  if nice cargo "${toolchain[@]}" fuzz run "${sanitizer[@]}" "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
    -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
    -dict="fuzz/dictionaries/$target.dict" >"fuzz/logs/$target.log" 2>&1; then
    grep -E 'number_of_executed_units|slowest_unit_time_sec|peak_rss_mb' "fuzz/logs/$target.log"
  else
    grep -E -A3 'panicked at|ERROR: libFuzzer|Test unit written' "fuzz/logs/$target.log" | head -20
    failed+=("$target")
  fi
done

if ((${#failed[@]})); then
  echo "FAILED: ${failed[*]} (all of it in fuzz/logs/, the inputs in fuzz/artifacts/)"
  exit 1
fi
echo "Nothing found by ${#targets[@]} targets in $seconds s each."
