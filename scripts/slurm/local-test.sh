#!/usr/bin/env bash
# A real Slurm on this one machine, without systemd: munge, slurmctld and slurmd, for as long as the test lasts. An array
# of four with one task killed and one told to stop, both queued again by the script; then, where slurm.conf says
# RequeueExit=75, one that meets its time limit, and one that loses a task to scancel and is completed by the merge job. The
# results must be the bytes of one process.
# usage: local-test.sh RISKPOOL [--no-install]; as root; needs Debian's slurm-wlm, slurm-wlm-basic-plugins and munge,
# which it installs unless told not to; exits 77 where it cannot run.
set -euo pipefail
riskpool=$(realpath "${1:?usage: local-test.sh RISKPOOL [--no-install]}")
here=$(cd "$(dirname "$0")" && pwd)
packages=(slurm-wlm slurm-wlm-basic-plugins munge)
skip() { echo "$*"; exit 77; }

[ "$(id -u)" -eq 0 ] || skip "only root can start Slurm for others"
if ! command -v slurmctld >/dev/null || ! command -v munged >/dev/null; then
    [ "${2:-}" != --no-install ] || skip "no Slurm here: apt-get install ${packages[*]}"
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
fi
for port in 6817 6818; do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || skip "something listens on port $port: is Slurm running here?"
done

# --- The cluster ---
work=$(mktemp -d /tmp/riskpool-slurm-XXXXXX)
export SLURM_CONF=$work/slurm.conf RISKPOOL=$riskpool
started_munge=
stop_cluster() {
    local code=$?
    [ ! -s "$SLURM_CONF" ] || scancel --full --user root 2>/dev/null || true
    for name in slurmd slurmctld ${started_munge:+munged}; do
        [ ! -s "$work/$name.pid" ] || kill "$(cat "$work/$name.pid")" 2>/dev/null || true
    done
    if [ "$code" -ne 0 ] && [ "$code" -ne 77 ]; then tail -n 20 "$work"/*.log "$work"/*.out 2>/dev/null || true; fi
    sleep 1
    rm -rf "$work"
    exit "$code"
}
trap stop_cluster EXIT
chmod 755 "$work" && mkdir "$work/state" "$work/spool"
host=$(hostname -s)
cat >"$SLURM_CONF" <<C
ClusterName=local
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=cred_expire=10
CredType=cred/munge
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
C
if ! munge -n >/dev/null 2>&1; then
    install -d -o munge -g munge -m 0755 "$work/munge"
    [ -s /etc/munge/munge.key ] || { echo "no /etc/munge/munge.key, which the package munge makes"; exit 1; }
    install -d -o munge -g munge -m 0755 /run/munge
    runuser -u munge -- /usr/sbin/munged --pid-file="$work/munge/munged.pid" --log-file="$work/munge/munged.log"
    cp "$work/munge/munged.pid" "$work/munged.pid"
    started_munge=1
fi
idle() {
    for ((i = 0; i < 120; i++)); do
        [ "$(sinfo -h -o %t 2>/dev/null)" != idle ] || return 0
        sleep 0.5
    done
    echo "the node does not come up"
    return 1
}
/usr/sbin/slurmctld -i && /usr/sbin/slurmd -N "$host"
idle
echo "Slurm: $(sinfo --version), $(nproc) CPUs"

# --- The runs ---
cd "$work"
cat >night.yaml <<'YAML'
name: night
horizon: 30 d
step: 30 min
paths: 2400000
seed: 4
market:
  model: gbm
  assets:
    - {name: A, price: 100, volatility: 80%}
    - {name: B, price: 50, volatility: 60%}
    - {name: C, price: 10, volatility: 120%}
  correlation: [[1, 0.6, 0.5], [0.6, 1, 0.4], [0.5, 0.4, 1]]
account: {currency: EUR, balance: 1000}
positions:
  - {name: a, asset: A, side: long, notional: 2000, margin: 250}
  - {name: b, asset: B, side: short, notional: 1500, margin: 250}
  - {name: c, asset: C, side: long, notional: 800, margin: 250}
modes: [isolated, cross]
liquidation: {maintenance: 1%, fee: 0.5%}
output: {paths: tail}
YAML
alone=("$riskpool" run night.yaml -q -o)
begin=$(date +%s)
"${alone[@]}" alone.h5
echo "one process: $(($(date +%s) - begin)) s"

# submit OUTPUT N SBATCH-OPTION...: the two commands of the README; $array and $merge are the jobs.
submit() {
    local output=$1 n=$2
    shift 2
    array=$(sbatch --parsable --array="0-$((n - 1))" "$@" "$here/array.sbatch" night.yaml -o "$output")
    merge=$(sbatch --parsable --dependency="afterany:$array" "$here/merge.sbatch" night.yaml -o "$output")
}
# program OUTPUT SHARD: the process that works on a share, after a second of it; its number is in the name of its session.
program() {
    local session
    for ((i = 0; i < 3000; i++)); do
        session=$(grep -lsE "\"shard\": $2\b" "$1".part/session-*.json) && break
        sleep 0.1
    done
    [ -n "$session" ] || { echo "share $2 of $1 never started" >&2; return 1; }
    sleep 1
    session=${session##*-}
    echo "${session%.json}"
}
# ended JOB...: until none of them is queued or runs.
ended() {
    for ((i = 0; i < 1800; i++)); do
        [ -n "$(squeue -h -j "$(IFS=,; echo "$*")" 2>/dev/null)" ] || return 0
        sleep 1
    done
    squeue
    echo "jobs do not end"
    return 1
}
same() { cmp alone.h5 "$1" && [ ! -e "$1.part" ] && echo "$1: the bytes of one process"; }
# told OUTPUT WHAT: how often the log tells that a process ended so; "killed": without an end; "merged": without a share.
told() {
    /usr/bin/python3 -c 'import json, sys
sessions = json.load(open(sys.argv[1] + ".log.json"))["sessions"]
how = [s.get("how") or "killed" for s in sessions] + ["merged" for s in sessions if "shard" not in s]
print(how.count(sys.argv[2]))' "$1" "$2"
}
expect() { [ "$2" "$3" "$4" ] || { echo "FAILED: $1: $2 $3 $4"; exit 1; }; }

submit killed.h5 4
kill -KILL "$(program killed.h5 1)"
scancel --signal=USR1 --batch "${array}_$(program killed.h5 2 >/dev/null && echo 2)"
ended "$array" "$merge"
same killed.h5
expect "killed tasks" "$(told killed.h5 killed)" -eq 1
expect "stopped tasks" "$(told killed.h5 SIGUSR1)" -eq 1
expect "tasks that did their part" "$(($(told killed.h5 "shard done") + $(told killed.h5 finished)))" -eq 4

kill "$(cat slurmctld.pid)"
while [ -e slurmctld.pid ]; do sleep 0.2; done
echo RequeueExit=75 >>"$SLURM_CONF"
/usr/sbin/slurmctld
idle

# Signals come up to a minute before they are asked for, hence at any time from the start here.
submit limited.h5 2 --time=1 --signal=B:USR1@55
ended "$array" "$merge"
same limited.h5
expect "time limits met" "$(told limited.h5 SIGUSR1)" -ge 1
expect "tasks that did their part" "$(($(told limited.h5 "shard done") + $(told limited.h5 finished)))" -ge 2
expect "merge jobs that had to compute" "$(told limited.h5 merged)" -eq 0

submit cancelled.h5 2
scancel "${array}_$(program cancelled.h5 1 >/dev/null && echo 1)"
ended "$array" "$merge"
same cancelled.h5
expect "cancelled tasks" "$(told cancelled.h5 SIGTERM)" -eq 1
expect "merge jobs that computed the rest" "$(told cancelled.h5 merged)" -eq 1
