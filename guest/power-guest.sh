#!/bin/sh
# Keeps a powercap tree in a VM whose counter is the energy of the VM, as the front-end measures it. Scaphandre (--vm)
# and Kepler (--host.sysfs) read it as they read that of a machine. docs/guests.md says how to set it up.
set -eu
umask 022

usage='Usage: power-guest.sh [--url URL | --share TAG] [--tree DIRECTORY] [--one-env FILE] [--interval SECONDS]

  --url URL          where the exporter serves guests, such as http://169.254.16.9:9926
                     (default: POWER_GUEST_URL of the context, else port 9926 where OneGate is)
  --share TAG        read the folder that the hypervisor shares under this tag, such as scaphandre,
                     and ask no front-end
  --tree DIRECTORY   where class/powercap/intel-rapl:0 is kept (default: /run/power-guest)
  --one-env FILE     the environment that one-context writes (default: /run/one-context/one_env;
                     where it is not there, the context disk is read)
  --interval SECONDS how often the front-end is asked, or the share is read (default: 10; 60 for a share by 9p,
                     which cannot migrate while it is read; 1 for one by virtiofs)'

say() { printf 'power-guest: %s\n' "$1" >&2; }
fail() {
  say "$1"
  exit "${2:-1}"
}

url='' share='' tree=/run/power-guest one_env='' interval=''
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h) printf '%s\n' "$usage" && exit 0 ;;
    --url=* | --share=* | --tree=* | --one-env=* | --interval=*) name=${1%%=*} value=${1#*=} && shift ;;
    --url | --share | --tree | --one-env | --interval)
      [ $# -gt 1 ] || fail "$1 needs a value; --help lists the options" 2
      name=$1 value=$2 && shift 2
      ;;
    *) fail "$1 is no option; --help lists them" 2 ;;
  esac
  case $name in
    --url) url=$value ;;
    --share) share=$value ;;
    --tree) tree=$value ;;
    --one-env) one_env=$value ;;
    --interval) interval=$value ;;
  esac
done
case $share in [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) fail "--share is \"$share\" but must be the tag of a share" 2 ;; esac
[ -z "$share" ] || [ -z "$url" ] || fail 'give --url or --share, and not both' 2
case $interval in
  '' | [1-9] | [1-9][0-9] | [1-9][0-9][0-9]) ;;
  *) fail "--interval is \"$interval\" but must be a number of seconds from 1 to 999" 2 ;;
esac

zone=$tree/class/powercap/intel-rapl:0
work=$tree/.pull
mounted=$tree/.share
fetching=''
napping=''

# --- who keeps the tree ----------------------------------------------------------------------------------------------

# One run at a time. Another may be in a container, where its process id says nothing: it is known by an id of its own,
# and by the seconds since the boot that it writes beside it while it keeps the tree.
keeper=$work/keeper
read -r own_id </proc/sys/kernel/random/uuid

leave() {
  trap - TERM INT HUP EXIT
  for child in $fetching $napping; do kill "$child" 2>/dev/null || :; done
  [ -z "$fetching" ] || wait "$fetching" || : # it writes there
  if is_keeper; then
    [ ! -d "$mounted" ] || unmount
    rm -rf "$work"
  fi
  exit "$1"
}

is_keeper() { read -r holder _ 2>/dev/null <"$keeper" && [ "$holder" = "$own_id" ]; }

nap() {
  sleep 1 &
  napping=$!
  wait "$napping" || :
  napping=''
}

# Goes on when nobody keeps the tree, or whoever did has written nothing for five looks: a VM that stands still for a
# while takes nobody's place.
await_tree() {
  seen='' looks=0
  while read -r holder beat 2>/dev/null <"$keeper"; do
    if [ "$holder $beat" = "$seen" ]; then
      looks=$((looks + 1))
      [ "$looks" -lt 5 ] || break
    else
      [ -z "$seen" ] || say_once "another power-guest.sh keeps $tree: this one waits until it ends"
      seen="$holder $beat" looks=0
    fi
    nap
  done
}

take_tree() {
  umount "$work/context" 2>/dev/null || : # of a run that was killed
  rm -rf "$work" "$tree/known_until"
  (umask 077 && mkdir -p "$work")
  uptime_now
  printf '%s %s\n' "$own_id" "$up" >"$work/keeper.new"
  mv "$work/keeper.new" "$keeper"
}

keep_tree() {
  is_keeper || fail "another power-guest.sh keeps $tree now"
  printf '%s %s\n' "$own_id" "$up" 1<>"$keeper"
}

# --- who this VM is --------------------------------------------------------------------------------------------------

# The value of a variable in a file of shell assignments, which is not run: NAME='value', export NAME="value". Other
# values may have lines that look like one, such as those of a start script: what is quoted and matches the third
# argument counts first.
value_of() {
  for quote in "[\"']" ''; do
    found=$(sed -n "s|^\(export \)\{0,1\}$1=\($quote\)\($3\)\2\$|\3|p" "$2" | head -n 1)
    [ -z "$found" ] || { printf '%s' "$found" && return 0; }
  done
  found=$(sed -n "s/^\(export \)\{0,1\}$1=//p" "$2" | tail -n 1)
  case $found in
    \'*\') found=${found#\'} found=${found%\'} ;;
    \"*\") found=${found#\"} found=${found%\"} ;;
  esac
  printf '%s' "$found"
}

context_disk() {
  for disk in /dev/disk/by-label/CONTEXT "$(blkid -L CONTEXT 2>/dev/null || :)" \
    "$(findfs LABEL=CONTEXT 2>/dev/null || :)"; do
    [ -z "$disk" ] || [ ! -e "$disk" ] || { printf '%s' "$disk" && return 0; }
  done
  return 1
}

token_form='[A-Za-z0-9+/]\{20,\}=\{0,2\}'
url_form="https\{0,1\}://[^\"' ]\{1,\}"

add_problem() { problem="$problem${problem:+; }$1"; }

# Sets token, vm_id and found_url, or fails with the reason in `problem`.
read_identity() {
  token='' vm_id='' found_url='' endpoint=''
  env_file=${one_env:-/run/one-context/one_env}
  if [ -r "$env_file" ]; then
    token=$(value_of TOKENTXT "$env_file" "$token_form")
    read_context "$env_file"
  elif [ -n "$one_env" ]; then
    problem="cannot read $one_env"
    return 1
  elif disk=$(context_disk); then
    mkdir -p "$work/context"
    mount -o ro "$disk" "$work/context" 2>"$work/mount" || {
      problem="cannot mount the context disk $disk: $(tail -n 1 "$work/mount")"
      return 1
    }
    [ ! -r "$work/context/token.txt" ] || token=$(cat "$work/context/token.txt")
    [ ! -r "$work/context/context.sh" ] || read_context "$work/context/context.sh"
    umount "$work/context"
  else
    problem="there is neither $env_file nor a disk with the label CONTEXT: is this a VM of OpenNebula?"
    return 1
  fi
  problem=''
  case $vm_id in '' | *[!0-9]*) add_problem 'the context has no VMID' ;; esac
  case $token in
    '') add_problem 'the context has no token: the VM needs TOKEN="YES" in its CONTEXT' ;;
    *[!A-Za-z0-9+/=]*) add_problem 'the token of the context is not base64' ;;
  esac
  [ -n "$url$found_url" ] || add_problem 'no URL is known: give --url, or POWER_GUEST_URL in the CONTEXT of the VM'
  [ -z "$problem" ]
}

read_context() {
  vm_id=$(value_of VMID "$1" '[0-9]\{1,\}')
  own=$(value_of ONEGATE_TOKEN "$1" "$token_form")
  case $own in '' | *[!A-Za-z0-9+/=]*) ;; *) token=$own ;; esac
  found_url=$(value_of POWER_GUEST_URL "$1" "$url_form")
  endpoint=$(value_of ONEGATE_ENDPOINT "$1" "$url_form")
  [ -n "$found_url" ] || [ -z "$endpoint" ] ||
    found_url=$(printf '%s' "$endpoint" | sed -n 's#^\(https\{0,1\}://\(\[[^]]*\]\|[^:/]*\)\).*#\1:9926#p')
}

# --- what the front-end says -----------------------------------------------------------------------------------------

# Runs a command that ends with us.
run() {
  "$@" &
  running=$!
  wait "$running"
}

# Writes the body of the answer to $work/body and its status to $work/status. The token is in no argument of a
# command, but for BusyBox' wget, which takes it in no other way, and Wget2.
fetch() {
  running=''
  trap 'trap "" TERM; [ -z "$running" ] || { kill "$running" 2>/dev/null; wait "$running"; }; exit 0' TERM
  if [ "$client" = curl ]; then
    printf 'header = "X-ONEGATE-TOKEN: %s"\nheader = "X-ONEGATE-VMID: %s"\n' "$token" "$vm_id" >"$work/request"
    run curl -sS -m 20 -K "$work/request" -o "$work/body" -w '%{http_code}' "$1" >"$work/code" 2>"$work/error" || :
    code=$(cat "$work/code")
  elif [ "$client" = wget ]; then
    printf 'header = X-ONEGATE-TOKEN: %s\nheader = X-ONEGATE-VMID: %s\n' "$token" "$vm_id" >"$work/request"
    export WGETRC="$work/request"
    run wget -nv -S -t 1 -T 20 --content-on-error -O "$work/body" "$1" 2>"$work/error" || :
    code=$(sed -n 's#^ *HTTP/[0-9.]* \([0-9]*\).*#\1#p' "$work/error" | tail -n 1)
  else
    : >"$work/body"
    # Not -T, at which BusyBox 1.35 of Debian 12 crashes.
    run $limited wget -q --header "X-ONEGATE-TOKEN: $token" --header "X-ONEGATE-VMID: $vm_id" -O "$work/body" "$1" \
      2>"$work/error" && code=200 || code=$(sed -n 's#.*HTTP/[0-9.]* \([0-9]*\).*#\1#p' "$work/error" | tail -n 1)
  fi
  printf '%s\n' "${code:-000}" >"$work/status.new"
  mv "$work/status.new" "$work/status"
}

# --- what the hypervisor shares --------------------------------------------------------------------------------------

# Only a folder that is empty, and so no share any more, can be removed.
unmount() {
  umount "$mounted" 2>/dev/null || :
  rmdir "$mounted" 2>/dev/null || :
}

# Fails where the share is not mounted, or has no counter.
read_share() {
  for place in "$mounted/class/powercap/intel-rapl:0" "$mounted/intel-rapl:0"; do
    [ ! -r "$place/energy_uj" ] || { read -r number <"$place/energy_uj" && printf '%s\n' "$number" >"$work/body" && return 0; }
  done
  return 1
}

mount_share() {
  mkdir -p "$mounted"
  run mount -t "$1" -o "$2" "$share" "$mounted" 2>"$work/error-$1"
}

# Writes the counter of the share to $work/body, and to $work/status how it was read. A share by virtiofs stays mounted
# and migrates; one by 9p keeps the VM from migrating while it is mounted.
fetch_share() {
  running=''
  trap 'trap "" TERM; [ -z "$running" ] || { kill "$running" 2>/dev/null; wait "$running"; }; exit 0' TERM
  kind=virtiofs
  if ! read_share; then
    unmount # one that has ended, or whose folder is empty
    if mount_share virtiofs ro; then
      read_share || kind=empty
    elif mount_share 9p ro,trans=virtio,version=9p2000.L,cache=none; then
      kind=9p
      read_share || kind=empty
      unmount
    else
      kind=unmounted
      cat "$work/error-virtiofs" "$work/error-9p" >"$work/error"
    fi
  fi
  printf '%s\n' "$kind" >"$work/status.new"
  mv "$work/status.new" "$work/status"
}

choose_client() {
  if command -v curl >/dev/null 2>&1; then
    client=curl
  elif ! command -v wget >/dev/null 2>&1; then
    fail 'neither curl nor wget is installed: install one of them'
  elif wget --version 2>/dev/null | grep -q '^GNU Wget 1'; then
    client=wget # and not Wget2, which reads no WGETRC
  else
    client=busybox limited=''
    ! command -v timeout >/dev/null 2>&1 || limited='timeout 20'
  fi
}

# A field of the answer in millionths: "joules":94312.117 -> 94312117000. Nothing where it is no plain decimal.
millionths_of() {
  number=$(sed -n "s/.*\"$1\":\([0-9.]*\)[,}].*/\1/p" "$work/body" | head -n 1)
  case $number in '' | .* | *.*.*) return ;; esac
  whole=${number%%.*} part=''
  [ "$whole" = "$number" ] || part=$(printf '%.6s' "${number#*.}")
  while [ "${#part}" -lt 6 ]; do part=${part}0; done
  printf '%s' "$whole$part" | sed 's/^0*\(.\)/\1/'
}

# The first line of the answer; BusyBox' wget gives none of an error.
told() { sed -n '1s/^/: /p' "$work/body" 2>/dev/null || :; }

said=''
# A time in a text, such as 3 ms or 75 s, makes no other one of it.
say_once() {
  gist=$(printf '%s\n' "$1" | sed 's/[0-9][0-9]* m\{0,1\}[is]//g')
  [ "$said" = "$gist" ] || say "$1"
  said=$gist
}

# A newest true value in microjoules, the power in microwatts ('' where it is not known), and how old it may be.
take_value() {
  # Accounts that begin anew fall: the counter goes on from where it is.
  [ "$1" -ge "$last_true" ] || offset=$((shown - $1))
  last_true=$1
  target=$(($1 + offset))
  [ "$target" -ge 1 ] || target=1
  if [ "$shown" -eq 0 ]; then start_at "$target"; fi
  # For whoever shows the counter: while it stands still after that, nobody knows what the VM uses.
  printf '%s\n' "$((pulled_at / 100 + 3 * wait_s + 20))" 1<>"$tree/known_until"
  # What is behind is made up for before the next step of the account has come twice.
  rate=$(((target - shown) / (wait_s + $3) + 1))
  [ "${2:-0}" -le "$rate" ] || rate=$2
}

take_share() {
  read -r status <"$work/status"
  wait_s=$interval
  case $status in
    9p | virtiofs)
      [ -n "$wait_s" ] || if [ "$status" = 9p ]; then wait_s=60; else wait_s=1; fi
      read -r true_value <"$work/body"
      case $true_value in '' | *[!0-9]*) say_once "the counter of the share $share is \"$true_value\"" && return ;; esac
      watts='' passed=$((pulled_at - shared_at))
      if [ "$shared_at" -gt 0 ] && [ "$passed" -gt 0 ] && [ "$true_value" -gt "$last_true" ]; then
        watts=$(((true_value - last_true) * 100 / passed))
      fi
      shared_at=$pulled_at
      take_value "$true_value" "$watts" 0
      say_once "the counter follows the share $share ($status)"
      ;;
    empty)
      wait_s=${wait_s:-10}
      say_once "the share $share has no counter: does opennebula-power-agent run on this hypervisor with --guest-trees?"
      ;;
    *)
      wait_s=${wait_s:-10}
      say_once "cannot mount the share $share: $(tr '\n' ' ' <"$work/error")"
      ;;
  esac
}

# Takes an answer: sets target (the newest true value), rate (microjoules a second).
take_answer() {
  if [ -n "$share" ]; then
    take_share
    return
  fi
  read -r status <"$work/status"
  wait_s=$interval
  case $status in
    200)
      true_value=$(millionths_of joules) watts=$(millionths_of watts) step=$(millionths_of resolution_seconds)
      if [ -z "$true_value" ]; then
        say_once "$pull_url did not answer with the power of a VM"
        return
      fi
      take_value "$true_value" "$watts" $((${step:-0} / 1000000))
      say_once "the counter follows VM $vm_id"
      ;;
    000 | '')
      why=$(sed -n 's/^curl: //p' "$work/error" | tail -n 1) # advice follows it
      say_once "cannot reach $pull_url: ${why:-$(tail -n 1 "$work/error")}"
      ;;
    401)
      say_once "$pull_url refused the token of VM $vm_id (401): its context may be older than the TOKEN_PASSWORD of its creator"
      [ "$wait_s" -ge 60 ] || wait_s=60
      read_identity || say_once "$problem"
      ;;
    503) say_once "VM $vm_id is not measured now (503)$(told)" ;;
    *) say_once "$pull_url answered $status$(told)" ;;
  esac
}

# --- the counter -----------------------------------------------------------------------------------------------------

# Hundredths of a second since the boot: no clock that is set changes them.
uptime_now() {
  read -r up _ </proc/uptime
  up=${up%.*}${up#*.}
  while [ "${up#0}" != "$up" ] && [ "$up" != 0 ]; do up=${up#0}; done
}

# In place and in one write: whoever reads meanwhile gets the old value or the new one, and never half of one.
write_counter() {
  keep_tree
  printf '%s\n' "$shown" 1<>"$zone/energy_uj"
}

# The counter of an earlier run goes on: it never falls.
start_at() {
  before=$(cat "$zone/energy_uj" 2>/dev/null || :)
  case $before in '' | *[!0-9]*) before=0 ;; esac
  shown=$1
  if [ "$before" -gt "$shown" ]; then
    offset=$((offset + before - shown))
    target=$before
    shown=$before
  fi
  if [ -e "$zone/energy_uj" ]; then
    write_counter
  else
    printf '%s\n' "$shown" >"$work/first"
    mv "$work/first" "$zone/energy_uj" # whole from its first moment
  fi
}

# As far as the last known power takes it, and never past the newest true value.
advance() {
  [ "$shown" -gt 0 ] && [ "$shown" -lt "$target" ] || return 0
  next=$((shown + rate * elapsed / 100))
  [ "$next" -le "$target" ] || next=$target
  [ "$next" -gt "$shown" ] || return 0
  shown=$next
  write_counter
}

mkdir -p "$zone" || fail "cannot make $zone: run this as root, or give another --tree"
trap 'leave $?' EXIT
trap 'leave 0' TERM INT HUP
await_tree
take_tree
pull_url=''
if [ -z "$share" ]; then
  interval=${interval:-10}
  choose_client
  read_identity || fail "$problem"
  pull_url=${url:-$found_url}
  pull_url=${pull_url%/}/power.json
else
  # Kernels before 5.17 do not load it with the file system.
  modprobe 9pnet_virtio 2>/dev/null || :
fi
[ -s "$zone/name" ] || echo package-0 >"$zone/name"
[ -s "$zone/max_energy_range_uj" ] || echo 0 >"$zone/max_energy_range_uj"

shown=0 target=0 rate=0 offset=0 last_true=0 shared_at=0 wait_s=${interval:-1}
uptime_now
last=$up
next_pull=$up
while :; do
  uptime_now
  elapsed=$((up - last))
  last=$up
  keep_tree
  advance
  if [ -n "$fetching" ] && [ -e "$work/status" ]; then
    wait "$fetching" || :
    fetching=''
    take_answer
    next_pull=$((pulled_at + wait_s * 100))
  fi
  if [ -z "$fetching" ] && [ "$up" -ge "$next_pull" ]; then
    pulled_at=$up
    rm -f "$work/status"
    if [ -n "$share" ]; then fetch_share & else fetch "$pull_url" & fi
    fetching=$!
  fi
  nap
done
