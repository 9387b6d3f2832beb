#!/usr/bin/env bash
# usage: run.sh RISKPOOL [PRELOAD]: what the program does when the machine fails it. It says so, exits with the code for
# it, and leaves a complete results file or none.
set -uo pipefail
riskpool=$(realpath "$1") preload=${2:-}
[ -z "$preload" ] || preload=$(realpath "$preload")
scenarios=$(realpath "$(dirname "$0")/../../scenarios")
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0 checked=0

# check WHAT CONDITION...: CONDITION is a command that must succeed.
check() {
    local what=$1
    shift
    checked=$((checked + 1))
    "$@" || { echo "FAILED: $what ($*)"; failed=1; }
}
# expect CODE WHAT COMMAND...: the command must exit with CODE and, when that is not 0, say something on stderr.
expect() {
    local code=$1 what=$2 got=0
    shift 2
    "$@" >stdout 2>stderr || got=$?
    check "$what: exit $got, expected $code" [ "$got" -eq "$code" ]
    [ "$code" -eq 0 ] || check "$what: says nothing" [ -s stderr ]
    [ "$got" -eq "$code" ] || head -n 5 stderr
}

cat >small.yaml <<'YAML'
name: small
horizon: 4 d
step: 1 d
paths: 6000
seed: 3
market:
  model: gbm
  assets: [{name: A, price: 100, volatility: 80%}, {name: B, price: 50, volatility: 60%}]
  correlation: [[1, 0.5], [0.5, 1]]
account: {currency: EUR, balance: 1000}
positions:
  - {name: a, asset: A, side: long, notional: 2000, margin: 300}
  - {name: b, asset: B, side: short, notional: 2000, margin: 300}
modes: [isolated, cross]
liquidation: {tiers: [{from: 0, rate: 1%}, {from: 1000, rate: 2%}]}
alerts: {margin_level: [150%]}
stress: [{at: 2 d, return: {A: -5%}}]
YAML
sed -e 's/^name: .*/name: big/' -e 's/^paths: .*/paths: 100000000/' small.yaml >big.yaml

# --- Places that cannot be written ---
: >file
expect 73 "a folder that is a file" "$riskpool" run small.yaml -q -o file/x.h5
expect 73 "a folder that cannot be made, on a disk without a size" "$riskpool" run small.yaml -q -o /proc/absent/x.h5
mkfifo pipe.h5
expect 73 "a pipe in the place of the results" "$riskpool" run small.yaml -q --fresh -o pipe.h5
check "a pipe was replaced" [ -p pipe.h5 ]
mkdir folder.h5
expect 66 "no scenario" "$riskpool" run absent.yaml -q -o x.h5
expect 66 "a scenario that is a folder" "$riskpool" run folder.h5 -q -o x.h5
check "no file is left" [ ! -e x.h5 ]

# --- A full disk: no file may grow beyond 64 KiB; without the signal, writing fails as it does on a full disk ---
full() { (trap '' XFSZ && ulimit -f 64 && "$@"); }
expect 74 "a full disk" full "$riskpool" run small.yaml -q -o full.h5
check "a full disk leaves no results" [ ! -e full.h5 ]

# Files that a run keeps what it cannot have in memory in, likewise.
expect 74 "a full disk for files" full "$riskpool" run small.yaml -q --memory 1 -o full.h5
check "a full disk for files leaves no results" [ ! -e full.h5 ]

# --- Signals: the first one stops after the batch in hand, resumable ---
for signal in INT TERM USR1; do
    env --default-signal="$signal" "$riskpool" run big.yaml -q -o signal.h5 2>stderr &
    child=$! && sleep 0.5 && kill -s "$signal" "$child"
    got=0 && wait "$child" || got=$?
    check "SIG$signal: exit $got, expected 75" [ "$got" -eq 75 ]
    check "SIG$signal leaves no results" [ ! -e signal.h5 ]
    rm -rf signal.h5*
done

# --- Killed at any moment: what is there under the final name is complete ---
sed -e 's/^name: .*/name: killed/' -e 's/^paths: .*/paths: 200000/' small.yaml >killed.yaml
for delay in 0.01 0.03 0.05 0.08 0.11 0.15 0.2 0.3; do
    "$riskpool" run killed.yaml -q -o killed.h5 2>/dev/null &
    child=$! && sleep "$delay" && kill -9 "$child" 2>/dev/null
    wait "$child" 2>/dev/null
    [ ! -e killed.h5 ] || expect 0 "results after kill -9" "$riskpool" show killed.h5
    rm -f killed.h5
done
expect 0 "a run after the killed ones" "$riskpool" run killed.yaml -q -o killed.h5
expect 0 "its results" "$riskpool" show killed.h5

# --- Results that are broken ---
head -c 20000 killed.h5 >short.h5
for broken in short.h5 small.yaml file; do
    got=0 && "$riskpool" show "$broken" >stdout 2>stderr || got=$?
    check "show $broken: exit $got" [ "$got" -eq 65 ]
    check "show $broken: says nothing" [ -s stderr ]
done

# --- Allocations of the program fail, one a run, some $points of them: it says so, or does without and answers the same.
# FAULT_POINTS=1000000 fails them all ---
points=${FAULT_POINTS:-60}
if [ -n "$preload" ]; then
    prepare() { rm -rf alloc.h5*; }
    fail_each() {
        local what=$1 n stride got
        shift
        prepare
        LD_PRELOAD=$preload FAIL_COUNT=count OMP_NUM_THREADS=1 "$@" >expected 2>stderr ||
            { check "$what fails by itself: $(cat stderr)" false; return; }
        n=$(cat count) stride=$((n / points + 1))
        check "$what: $n allocations seen" [ "$n" -gt 20 ]
        for ((at = 1; at <= n; at += stride)); do
            prepare
            got=0 && LD_PRELOAD=$preload FAIL_AT=$at OMP_NUM_THREADS=1 "$@" >stdout 2>stderr || got=$?
            case $got in
                0) check "$what, allocation $at: exit 0, but another answer" cmp -s expected stdout ;;
                65 | 70 | 74) check "$what, allocation $at: says nothing" [ -s stderr ] ;;
                *) check "$what, allocation $at of $n fails: exit $got" false ;;
            esac
            # What follows the results, such as printing their summary, may fail; they are complete then.
            [ ! -e alloc.h5 ] || check "$what, allocation $at: half a results file" "$riskpool" show alloc.h5 >stdout
        done
        echo "$what: $n allocations, each ${stride}th failed"
    }
    fail_each validate "$riskpool" validate --resolved small.yaml
    fail_each venue "$riskpool" inspect -P venue=generic small.yaml
    fail_each run "$riskpool" run small.yaml --json -q -n 300 -o alloc.h5
    sed -e 's/^name: .*/name: other/' small.yaml >other.yaml
    printf 'name: night\nbooks: [small.yaml, other.yaml]\nset: {paths: 300}\n' >night.yaml
    fail_each night "$riskpool" batch night.yaml --json -q -o alloc.h5.night
    fail_each show "$riskpool" show --json killed.h5
    fail_each replay "$riskpool" replay killed.h5 --worst cross --every-step --json
    { cat small.yaml && echo 'sweep: [{parameter: market.correlation_blend, values: [0, 0.5, 1]}]'; } >swept.yaml
    fail_each "run, a sweep" "$riskpool" run swept.yaml --json -q -n 300 -o alloc.h5
    fail_each "run, --target-error" "$riskpool" run small.yaml --json -q -n 300 --target-error 0.05 -o alloc.h5
    fail_each reverse "$riskpool" reverse small.yaml --scale volatility --target isolated.any_liquidation_frequency=80% -n 300 --json -q
    fail_each advise "$riskpool" advise small.yaml -n 300 --margins 1,0.5 --leverages 1 --json -q
    fail_each "run, a shard" "$riskpool" run small.yaml --json -q --shard 0/2 -o alloc.h5
    for shard in 0 1; do "$riskpool" run small.yaml -q --shard "$shard/2" -o "part$shard.h5"; done
    prepare() { rm -rf alloc.h5* && mkdir alloc.h5.part && cp part0.h5.part/* part1.h5.part/unit-* alloc.h5.part; }
    fail_each merge "$riskpool" merge alloc.h5.part --json -q
    fail_each "run, resumed" "$riskpool" run small.yaml --json -q -o alloc.h5
    prepare() { rm -rf alloc.h5*; }
    fail_each "merge --partial" "$riskpool" merge part1.h5.part --partial -o alloc.h5 --json -q
    points=${FAULT_POINTS:-20}
    awk 'BEGIN { print "t,A,B"; for (i = 0; i < 150; i++) print 1700000000 + 3600 * i "," 10 + (i * i) % 7 "," 20 + (i * 5) % 11 }' \
        >prices.csv
    # market MODEL KEYS [ASSET-KEYS]: the small scenario in another model.
    market() {
        sed -e "s/^  model: .*/  model: $1$2/; s/volatility: [0-9]*%/&${3:-}/g" small.yaml >"$1.yaml"
    }
    market student-t "\n  degrees_of_freedom: 4" ", degrees_of_freedom: 5"
    market garch-t "\n  degrees_of_freedom: 5" ", alpha: 0.1, beta: 0.85"
    market regimes "\n  regimes: [{name: x, volatility: 0.7, duration: 4 d}, {name: y, volatility: 1.9, duration: 2 d}]"
    market jump-diffusion "\n  jumps: {intensity: 300, mean: -3%, deviation: 4%}" ", own_jumps: {intensity: 40, mean: 1%, deviation: 8%}"
    market hawkes "\n  jumps: {intensity: 200, mean: -3%, deviation: 4%, branching: 70%, half_life: 20 h}"
    market heston "" ", mean_reversion: 3, variance_volatility: 250%, variance_correlation: -60%"
    market bootstrap "\n  prices: {file: daily.csv}\n  block: 6 d\n  filter: ewma"
    market replay "\n  prices: {file: daily.csv}"
    sed -i -e '/^  correlation:/d; /^stress/d; s/^paths:/monitoring: step\npaths:/' bootstrap.yaml replay.yaml
    sed -i -e '/^paths:/d; s/, volatility: [0-9]*%//g' replay.yaml
    awk 'BEGIN { print "date,A,B"; for (i = 0; i < 400; i++) print 86400 * (19000 + i) "," \
        100 + (i * 7919 % 97) / 6 "," 100 + (i * 7919 % 97) / 9 - (i * 104729 % 89) / 7 }' >daily.csv
    for model in student-t garch-t regimes jump-diffusion hawkes heston bootstrap; do
        fail_each "run, $model" "$riskpool" run "$model.yaml" --json -q -n 300 -o alloc.h5
    done
    fail_each "run, replay" "$riskpool" run replay.yaml --json -q -o alloc.h5
    # What else an account may have, in the project's scenarios.
    for name in book-of-eleven auto-top-up stops-in-a-gap rising-margin partial-vs-full cash-and-carry prime-broker coin-margined; do
        fail_each "run, $name" "$riskpool" run "$scenarios/$name.yaml" --json -q -n 300 -o alloc.h5
    done
    points=${FAULT_POINTS:-60}
    for model in student-t jump-diffusion garch-t regimes; do
        fail_each "calibrate $model" "$riskpool" calibrate prices.csv --model $model --window w=2023-11-14..2023-11-17
    done
fi

echo "$checked checks"
exit $failed
