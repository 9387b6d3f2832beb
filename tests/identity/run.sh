#!/usr/bin/env bash
# usage: run.sh BINARY...: the results file is the same bytes for 1, 2 and 7 threads and for every binary that is there,
# in scenarios that between them reach every part of the engine.
set -euo pipefail
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT

cat >"$work/continuous.yaml" <<'YAML'
name: continuous
horizon: 7 d
step: 6 h
paths: 20000
seed: 11
market:
  model: gbm
  assets:
    - {name: A, price: 60000, volatility: 90%, drift: 10%}
    - {name: B, price: 3000, volatility: 110%}
    - {name: C, price: 150, volatility: 150%, drift: -5%}
  correlation:
    - [1.00, 0.83, 0.62]
    - [0.83, 1.00, 0.55]
    - [0.62, 0.55, 1.00]
account: {currency: USDT, balance: 10000}
positions:
  - {name: a, asset: A, side: long, notional: 20000, margin: 2000}
  - {name: b, asset: B, side: long, notional: 20000, leverage: 10}
  - {name: c, asset: C, side: short, notional: 20000, margin: 2500}
modes:
  - isolated
  - cross
  - {name: mixed, isolated: [c]}
liquidation:
  tiers: [{from: 0, rate: 0.4%}, {from: 15000, rate: 0.9%}, {from: 30000, rate: 2%}]
  fee: 0.1%
alerts: {margin_level: [150%, 120%], utilisation: [60%, 80%]}
confidence: [95%, 99%, 99.9%]
output: {paths: all, trajectories: true}
YAML

cat >"$work/steps.yaml" <<'YAML'
name: steps
horizon: 30 d
step: 1 d
monitoring: step
paths: 30000
seed: 12
market:
  model: gbm
  assets:
    - {name: A, price: 100, volatility: 80%}
    - {name: B, price: 100, volatility: 60%}
  correlation: [[1, -0.4], [-0.4, 1]]
account: {currency: EUR, balance: 4000}
positions:
  - {name: a, asset: A, side: long, notional: 10000, margin: 1000}
  - {name: b, asset: B, side: short, notional: 10000, margin: 1500}
modes: [cross, isolated]
liquidation: {maintenance: 1%, price: bankruptcy, remainder: forfeited}
stress: [{at: 10 d, return: {A: -20%, B: 5%}}]
output: {paths: none, trajectories: false}
YAML

cat >"$work/linear.yaml" <<'YAML'
name: linear
horizon: 10 d
step: 1 d
paths: 15000
seed: 13
market:
  model: bachelier
  assets:
    - {name: A, price: 100, volatility: 60%}
    - {name: B, price: 50, volatility: 40%}
  correlation: [[1, 1], [1, 1]]
account: {currency: EUR, balance: 3000}
positions:
  - {name: a, asset: A, quantity: 100, margin: 1000}
  - {name: b, asset: B, quantity: -150, margin: 1000}
modes: [isolated, cross]
liquidation: {maintenance: 2%, maintenance_base: entry, strict: true}
output: {paths: tail, trajectories: true}
YAML

# Models with jumps that excite each other, of own and of common sizes, at once and unfolding; stochastic variances.
market() {
    sed -e "s/^name: .*/name: $1/; s/^seed: .*/seed: $2/; s/^  model: .*/  model: $3/" \
        -e "s/{name: A, price: 60000, volatility: 90%/&, $4/; s/{name: B, price: 3000, volatility: 110%/&, $5/" \
        -e "s/{name: C, price: 150, volatility: 150%/&, $6/; s/^  correlation:/$7&/" "$work/continuous.yaml" >"$work/$1.yaml"
}
market jumps 21 jump-diffusion "jump_beta: -0.5" "jump_probability: 60%" "own_jumps: {intensity: 40, mean: 1%, deviation: 8%}" \
    "  jumps: {intensity: 300, mean: -3%, deviation: 4%, sizes: common}\n"
market hawkes 22 hawkes "jump_beta: 1.5" "jump_probability: 80%" "own_jumps: {intensity: 40, mean: 1%, deviation: 8%}" \
    "  jumps: {intensity: 200, mean: -3%, deviation: 4%, duration: 30 h, branching: 70%, half_life: 20 h}\n"
market heston 23 heston "mean_reversion: 3, variance_volatility: 250%, variance_correlation: -60%" \
    "mean_reversion: 9, variance_volatility: 150%, variance_correlation: 30%" \
    "mean_reversion: 0.5, variance_volatility: 20%, long_volatility: 30%" ""
# Under stress of every kind.
sed -e 's/^name: .*/name: stressed/; s/^seed: .*/seed: 16/; /^stress:/d' "$work/continuous.yaml" >"$work/stressed.yaml"
cat >>"$work/stressed.yaml" <<'YAML'
stress:
  - {at: 12 h, over: 24 h, return: {default: -7%}, recovery: {over: 12 h, to: -3%}, volatility: 3}
  - {at: 24 h, correlation_blend: 45%}
YAML

# Liquidations in parts, and orders that move prices.
sed -e 's/^name: .*/name: parts/; s/^seed: .*/seed: 18/; s/^  fee: .*/  fee: 0.1%\n  amount: tier-steps\n  order: largest-notional\n  limit: bankruptcy/' \
    "$work/continuous.yaml" >"$work/parts.yaml"
cat >>"$work/parts.yaml" <<'YAML'
slippage: {depth: {A: 300000, default: 100000}, shape: square-root, half_life: 5 h}
stress: [{at: 30 h, return: {A: -8%, C: 12%}, depth: 0.3}]
YAML
sed -e 's/^name: .*/name: restore/; s/^seed: .*/seed: 19/; s/strict: true/&, amount: restore, restore_to: 150%, fee: 0.1%/' \
    "$work/linear.yaml" >"$work/restore.yaml"
sed -e 's/^name: .*/name: shares/; s/^seed: .*/seed: 20/; s/^  fee: .*/  fee: 0.1%\n  amount: fraction\n  fraction: 30%\n  cooldown: 8 h\n  backstop: 50%/' \
    "$work/continuous.yaml" >"$work/shares.yaml"

# What happens over time: carry, orders of the holder, an outage, margin that follows volatility.
holder() {
    sed -e "s/^name: .*/name: $1/; s/^seed: .*/seed: $2\ncarry: {funding: {$3: 0.05%, default: -0.02%}, funding_interval: 24 h, borrow: 20%}/" \
        -e 's/balance: \([0-9]*\)}/balance: \1, top_up: {below: 300%, to: 500%, cap: 700, delay: 24 h}, reduce: [{margin_level: 50%, share: 40%}]}/' \
        -e 's/, margin: 2000}/, margin: 2000, stop_loss: 53000}/; s/leverage: 10}/leverage: 10, trailing_stop: 9%}/' \
        -e 's/^liquidation:$/&\n  dynamic: {half_life: 2 d, notice: 24 h, floor: 80%}/' \
        "$work/$4.yaml" >"$work/$1.yaml"
    echo "stress: [{at: 48 h, over: 24 h, outage: true}, {at: 96 h, return: {A: -6%}}]" >>"$work/$1.yaml"
}
holder holder 24 A continuous
holder holder-jumps 25 B hawkes

# The same with the cheaper draws, one and both of them.
sed -e 's/^name: .*/name: single/; s/^seed: .*/seed: 14\nsampling: {shocks: single}/' "$work/steps.yaml" >"$work/single.yaml"
sed -e 's/^name: .*/name: paired/; s/^seed: .*/seed: 15\nsampling: {shocks: single, antithetic: true}/' \
    "$work/continuous.yaml" >"$work/paired.yaml"

# Regimes with matrices of their own, bridged; a table of prices in blocks, plain and filtered, and as it was.
sed -e 's/^name: .*/name: regimes/; s/^seed: .*/seed: 16/; s/model: gbm/model: regimes/' "$work/continuous.yaml" \
    -e '/^account:/i\  regimes:\n    - {name: calm, volatility: 0.7, duration: 4 d}\n    - {name: crisis, volatility: 1.9, duration: 2 d, correlation: [[1, 0.9, 0.8], [0.9, 1, 0.85], [0.8, 0.85, 1]]}' \
    >"$work/regimes.yaml"
awk 'BEGIN { print "date,A,B"; for (i = 0; i < 400; i++) print 86400 * (19000 + i) "," \
    100 + (i * 7919 % 97) / 6 + i / 30 "," 100 + (i * 7919 % 97) / 9 - (i * 104729 % 89) / 7 }' >"$work/prices.csv"
sed -e 's/^name: .*/name: bootstrap/; s/model: gbm/model: bootstrap/; s/^  correlation: .*/  prices: {file: prices.csv}\n  block: 6 d/' \
    "$work/steps.yaml" >"$work/bootstrap.yaml"
sed -e 's/^name: .*/name: filtered/; s/^  block:/  filter: ewma\n  block:/' "$work/bootstrap.yaml" >"$work/filtered.yaml"
for name in continuous steps; do
    sed "s/^name: .*/name: $name-risk/; s/trajectories: \\(true\\|false\\)}/trajectories: \\1, correlation_risk: true}/" "$work/$name.yaml" >"$work/$name-risk.yaml"
done
sed -e 's/^name: .*/name: replay/; s/model: bootstrap/model: replay/; /^  block:/d; /^paths:/d; s/, volatility: [0-9]*%//' \
    "$work/bootstrap.yaml" >"$work/replay.yaml"

# Paths with deviations of their own: t with tails of an asset's own, and clusters of volatility.
sed -e 's/^name: .*/name: student-t/; s/^seed: .*/seed: 16/; s/model: gbm/model: student-t\n  degrees_of_freedom: 3.5/' \
    -e 's/name: B,/name: B, degrees_of_freedom: 2.4,/' "$work/continuous.yaml" >"$work/student-t.yaml"
sed -e 's/^name: .*/name: garch-t/; s/^seed: .*/seed: 17/' \
    -e 's/model: gbm/model: garch-t\n  degrees_of_freedom: 4\n  garch_step: 12 h/' \
    -e 's/{name: \([ABC]\), price/{name: \1, alpha: 0.15, beta: 0.8, price/' "$work/continuous.yaml" >"$work/garch-t.yaml"

for binary in "$@"; do
    [ -x "$binary" ] || { echo "not there: $binary"; exit 77; }
done

failed=0 compared=0
# same SCENARIO WHAT BINARY OPTION...: runs it and compares with the first file of the scenario.
same() {
    local name what=$2 out
    name=$(basename "$1" .yaml) out=$work/$(basename "$1" .yaml)-$compared.h5
    "$3" run "$1" "${@:4}" -q -o "$out" || failed=1
    compared=$((compared + 1))
    first=${first:-$out}
    cmp "$first" "$out" || { echo "$name: $what differs"; failed=1; }
}

for scenario in "$work"/*.yaml; do
    first=
    for binary in "$@"; do
        for threads in 1 2 7; do
            same "$scenario" "$binary with $threads threads" "$binary" -j "$threads"
        done
    done
    for isa in v2 v3; do
        RISKPOOL_ISA=$isa same "$scenario" "instruction set $isa" "$1"
    done
    same "$scenario" "--exact" "$1" --exact
done

# A different seed must be seen, or the comparison sees nothing.
"$1" run "$work/steps.yaml" --seed 99 -q -o "$work/other.h5"
if cmp -s "$work/other.h5" "$(ls "$work"/steps-*.h5 | head -n 1)"; then
    echo "another seed gives the same file"
    failed=1
fi
echo "$compared results files compared"
exit $failed
