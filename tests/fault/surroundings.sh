#!/usr/bin/env bash
# usage: surroundings.sh RISKPOOL [JUMP_CLOCK]: surroundings that are not what they should be: a clock that jumps, streams
# that are closed, a locale with decimal commas, no home, folders that cannot be written. Results are the same bytes, or
# a message says why there are none.
set -uo pipefail
riskpool=$(realpath "$1") clock=${2:-}
[ -z "$clock" ] || clock=$(realpath "$clock")
work=$(mktemp -d) && trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
cd "$work" || exit 1
chmod 755 .
failed=0 checked=0

# check WHAT CONDITION...: CONDITION is a command that must succeed.
check() {
    local what=$1
    shift
    checked=$((checked + 1))
    "$@" || { echo "FAILED: $what ($*)"; failed=1; }
}
# code N WHAT GOT: an exit code.
code() { check "$2: exit $3, expected $1" [ "$3" -eq "$1" ]; }
# says TEXT WHAT: what is in the file `said`, on one line of it.
says() { check "$2 says '$(cat said)', not '$1'" grep -qE -- "$1" said; }
# same FILE WHAT
same() { check "$2: other bytes" cmp base.h5 "$1"; }

cat >small.yaml <<'YAML'
name: small
horizon: 4 d
step: 1.5 h
paths: 20000
seed: 3
market:
  model: gbm
  assets: [{name: A, price: 100.5, volatility: 80.25%}, {name: B, price: 50, volatility: 0.6}]
  correlation: [[1, 0.5], [0.5, 1]]
account: {currency: EUR, balance: 1000}
positions:
  - {name: a, asset: A, side: long, notional: 2000, margin: 300}
  - {name: b, asset: B, side: short, notional: 2000, margin: 300}
modes: [isolated, cross]
limits: {cross.mean_loss: 1000.5}
output: {paths: tail}
YAML
run=("$riskpool" run small.yaml -j 2)
"${run[@]}" -o base.h5 2>base.said
code 0 "an undisturbed run" $?
"$riskpool" show --json base.h5 >base.json

# --- The clock of the day jumps by years, under a run, its interruption and its resumption ---
if [ -n "$clock" ]; then
    jumping=(env LD_PRELOAD="$clock" "${run[@]}" --log-level info)
    "${jumping[@]}" -o clock.h5 2>said
    code 0 "a clock that jumps" $?
    same clock.h5 "a clock that jumps"
    check "a duration below zero" [ "$(grep -c -- '-[0-9.]* s' said)" -eq 0 ]
    long=("${jumping[@]}" -n 3e6 -o long.h5)
    "${long[@]}" --max-time 1.5s 2>said
    code 75 "--max-time by a clock that jumps" $?
    says '^long.h5: stopped by the time limit after [0-9]+ of 3000000 paths; the same command goes on from long.h5.part$' \
        "--max-time by a clock that jumps"
    "${long[@]}" 2>said
    code 0 "resumed by a clock that jumps" $?
    says '^long.h5: [0-9]+ batches came from long.h5.part$' "resumed by a clock that jumps"
    "${run[@]}" -n 3e6 -q -o calm.h5
    check "resumed by a clock that jumps: other bytes" cmp calm.h5 long.h5
fi

# --- Streams that are closed, or whose reader is gone ---
"${run[@]}" -o stderr.h5 2>&-
code 0 "stderr closed" $?
same stderr.h5 "stderr closed"
"${run[@]}" --shard 0/2 -o shard.h5 2>&-
code 0 "a shard with stderr closed" $?
check "a message went into a file" [ -z "$(grep -rl 'this shard is done' shard.h5.part)" ]
"${run[@]}" --json -o stdout.h5 >&- 2>said
code 74 "stdout closed" $?
says '^riskpool run: the summary: writing failed$' "stdout closed"
same stdout.h5 "stdout closed"
"${run[@]}" --json -o none.h5 <&- >&- 2>&-
code 74 "all streams closed" $?
same none.h5 "all streams closed"
"$riskpool" show --json base.h5 >/dev/full 2>said
code 74 "a full stdout" $?
says '^riskpool( show)?: writing failed$' "a full stdout"
{ sleep 0.2 && "${run[@]}" --json -q -o pipe.h5 2>said; } | true
code 74 "a reader of stdout that is gone" "${PIPESTATUS[0]}"
says '^riskpool run: the summary: writing failed$' "a reader of stdout that is gone"
same pipe.h5 "a reader of stdout that is gone"
{ sleep 0.2 && "${run[@]}" -o quiet.h5 2>&1; } | true
code 0 "a reader of stderr that is gone" "${PIPESTATUS[0]}"
same quiet.h5 "a reader of stderr that is gone"

# --- A locale that writes 0,5 ---
# The C library loses a copy of LOCPATH, which its leak checker would report.
comma=(env ASAN_OPTIONS=detect_leaks=0 LOCPATH="$work" LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8)
if localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" >/dev/null 2>&1; then
    check "the locale has no commas" [ "$("${comma[@]}" bash -c 'printf %.1f 0,5')" = 0,5 ]
    "${comma[@]}" "${run[@]}" -o comma.h5 2>said
    code 0 "decimal commas" $?
    same comma.h5 "decimal commas"
    check "decimal commas: another summary" diff <(sed 1d base.said) <(sed 1d said)
    "${comma[@]}" "$riskpool" show --json base.h5 >said
    check "decimal commas: other JSON" cmp base.json said
    "${comma[@]}" "${run[@]}" -P account.balance=1000,5 -o x.h5 2>said
    code 65 "a number with a comma" $?
    "${run[@]}" -P account.balance=1000,5 -o x.h5 2>plain
    check "decimal commas: another message" cmp plain said
    "${comma[@]}" "${run[@]}" -P limits.cross.mean_loss=-1000.5 -q -o limit.h5 2>said
    code 1 "a limit under decimal commas" $?
    says 'cross.mean_loss is -?[0-9]+\.[0-9]+, allowed -1000\.5$' "a limit under decimal commas"
else
    echo "no localedef and de_DE here (Debian: locales): decimal commas are not looked at"
fi

# --- No home, one that is not there, one that cannot be written; as somebody who is not root ---
as=() && [ "$(id -u)" -ne 0 ] || as=(setpriv --reuid=65534 --regid=65534 --clear-groups)
mkdir mine home shut && chmod 555 home shut && chmod 755 mine && { [ ${#as[@]} -eq 0 ] || chown 65534 mine; }
i=0
for home in "-u HOME" HOME=/nonexistent HOME="$work/home" HOME=; do
    i=$((i + 1))
    env $home "${as[@]}" "${run[@]}" -q -o "mine/home$i.h5" 2>said
    code 0 "a home that is '$home'" $?
    same "mine/home$i.h5" "a home that is '$home'"
done
check "something was written into the home" [ -z "$(ls -A home)" ]

# --- Folders that cannot be written: said before anything is computed ---
"${as[@]}" "${run[@]}" -q -n 1e8 -P output.paths=none -o shut/x.h5 2>said
code 73 "a folder that cannot be written" $?
says '^riskpool run: shut: cannot write to this folder: Permission denied$' "a folder that cannot be written"
"${as[@]}" "${run[@]}" -q -n 1e8 -P output.paths=none -o shut/new/x.h5 2>said
code 73 "a folder that cannot be made" $?
says '^riskpool run: shut/new: cannot create this folder: Permission denied$' "a folder that cannot be made"
mkdir mine/x.h5.part && chmod 555 mine/x.h5.part
"${as[@]}" "${run[@]}" -q -n 1e8 -P output.paths=none -o mine/x.h5 2>said
code 73 "a spool that cannot be written" $?
says '^riskpool run: mine/x.h5.part: cannot write to this folder: Permission denied$' "a spool that cannot be written"
check "something was left" [ "$(ls mine | grep -c '^x')" -eq 1 ]

echo "$checked checks"
exit $failed
