/**
 * What runs on the source host, as arguments of `sh -c`: nothing need be installed there.
 *
 * The connection's stdin is the migration's lifeline. It begins with the action document and stays open while the
 * front-end's side lives; its end before the driver's aborts the migration, whatever became of that side.
 */

/**
 * `virsh`, first in the driver's PATH. All but `virsh ... migrate` goes to the real one at once. The watchdog has
 * none of the driver's pipes: the driver waits for their ends.
 *
 * Without progress in the transfer for `stall` seconds, or four times as long before it has begun (the
 * destination may have much memory to prepare), the job is aborted. A disk's mirror does not see that while its
 * connection hangs: the peer's address on the loopback makes the next retransmission meet a reset. The last
 * resort is to end virsh, and to abort once more.
 */
const virshShim = `#!/bin/sh
PATH=$ONEEXT_MIGRATE_PATH
export PATH
folder=$ONEEXT_MIGRATE_FOLDER peer=$ONEEXT_MIGRATE_PEER stall=$ONEEXT_MIGRATE_STALL
domain=$ONEEXT_MIGRATE_DOMAIN connect=qemu:///system is_migration='' previous=''
for word do
  case $previous in --connect | -c) connect=$word ;; esac
  case $word in
    migrate) is_migration=1 ;;
    --connect=*) connect=\${word#*=} ;;
    --migrateuri | --migrateuri=*) exec virsh "$@" ;;
  esac
  previous=$word
done
[ -n "$is_migration" ] || exec virsh "$@"

abort() {
  timeout 10 virsh -q -c "$connect" domjobabort "$domain"
}
progress() {
  LC_ALL=C timeout 5 virsh -q -c "$connect" domjobinfo "$domain" | grep -E 'processed|remaining'
}
watch() {
  last='' quiet=0 aborted='' limit=$((stall * 4))
  while sleep 1; do
    if [ -n "$aborted" ]; then
      aborted=$((aborted + 1))
      if [ "$aborted" -eq 3 ]; then
        : > "$folder/reset"
        sudo -n ip address add "$peer/32" dev lo
      elif [ "$aborted" -eq 40 ]; then
        kill "$(cat "$folder/virsh")"
        abort
      fi
      continue
    fi
    now=$(progress)
    if [ "$now" = "$last" ]; then quiet=$((quiet + 1)); else quiet=0; fi
    last=$now
    case $now in *[1-9]*) limit=$stall ;; esac
    if [ ! -e "$folder/lifeline" ]; then
      echo 'the front-end has gone or has asked to stop' > "$folder/reason"
    elif [ "$quiet" -ge "$limit" ]; then
      echo "there was no progress for $limit s" > "$folder/reason"
    else
      continue
    fi
    abort
    aborted=0
  done
}
watch < /dev/null > /dev/null 2>&1 &
watchdog=$!
sh -c 'echo "$$" > "$0"; exec virsh "$@"' "$folder/virsh" "$@" --migrateuri "tcp://$peer"
status=$?
kill "$watchdog"
wait "$watchdog" 2> /dev/null
if [ -e "$folder/reset" ]; then
  sudo -n ip address delete "$peer/32" dev lo > /dev/null 2>&1
fi
exit "$status"
`;

/** `PEER STALL BYTES DRIVER DEPLOY_ID ...`, the document of BYTES on stdin, and then nothing. */
export const guardScript = `peer=$1 stall=$2 bytes=$3
shift 3
umask 077
folder=$(mktemp -d /var/tmp/oneext-migrate.XXXXXX) || exit 1
trap 'rm -rf "$folder"' EXIT
trap '' HUP PIPE
mkdir "$folder/bin"
: > "$folder/lifeline"
cat > "$folder/bin/virsh" << 'END_OF_SHIM'
${virshShim}END_OF_SHIM
chmod 700 "$folder/bin/virsh"
head -c "$bytes" > "$folder/document"
exec 3<&0
{ cat <&3; rm -f "$folder/lifeline"; } > /dev/null 2>&1 &
lifeline=$!
export ONEEXT_MIGRATE_PATH="$PATH:/usr/sbin:/sbin" ONEEXT_MIGRATE_FOLDER="$folder" ONEEXT_MIGRATE_PEER="$peer"
export ONEEXT_MIGRATE_STALL="$stall" ONEEXT_MIGRATE_DOMAIN="$2" PATH="$folder/bin:$PATH"
"$@" < "$folder/document" 3<&- >&2
status=$?
kill "$lifeline" 2> /dev/null
[ ! -s "$folder/reason" ] || echo "WARN: migrate_tunnel: $(cat "$folder/reason"): the migration was aborted" >&2
exit "$status"
`;

/** `BYTES DRIVER DEPLOY_ID ...`: the driver as oned would start it. */
export const driverScript = `bytes=$1
shift
head -c "$bytes" | "$@" >&2
`;
