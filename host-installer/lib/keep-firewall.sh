# shellcheck shell=bash
# Keeps the nftables table of the power agent of opennebula-extensions: keep-firewall.sh NFT RULES loads it, and loads it
# again as soon as anything has flushed or changed it. Runs as a unit until it is ended.
set -euo pipefail
nft=$1 rules=$2
# The kernel tells of each change. Should it have lost one, this finds it.
seconds_between_looks=60

table() { "$nft" --stateless list table inet opennebula_power_agent 2>/dev/null || true; }

exec {events}< <(exec "$nft" monitor ruleset)
monitor=$!
trap 'kill "$monitor" 2>/dev/null || true' EXIT
trap 'exit 0' INT TERM

"$nft" --file "$rules"
made=$(table)
while true; do
  event='' status=0
  IFS= read -r -t "$seconds_between_looks" -u "$events" event || status=$?
  # 1: the monitor has ended, and systemd starts both again; above 128: nothing has happened.
  ((status != 1)) || exit 1
  [[ $status != 0 || $event == *opennebula_power_agent* || $event == '#'* ]] || continue
  if [[ $(table) != "$made" ]]; then
    printf 'the table has been changed or flushed (%s): loading it again\n' "${event:-no event was seen}"
    "$nft" --file "$rules"
  fi
done
