/**
 * `virsh`, first in the driver's PATH on the source host. `virsh ... migrate` gets the tunnel's address and a
 * watchdog; every other command goes to the real one, for half a minute at most, as the destination's libvirtd may be
 * the one that does not answer, and for ten seconds after a transfer that stood still.
 *
 * The watchdog has none of the driver's pipes: the driver waits for their ends. It tells by removing files, which
 * works on a full disk too: `progress` (the transfer stood still), `beginning` (the transfer had begun), `no-reset`
 * (the peer's address is on the loopback), `unmoved` (virsh says that the guest has moved, or had to be killed),
 * `open` (virsh has ended). It counts seconds by the kernel's clock, as a question to libvirt may take some itself.
 *
 * Without progress in the transfer for `stall` seconds, or four times as long before it has begun (the
 * destination may have much memory to prepare), the job is aborted; so it is when the front-end or the guard has
 * gone. A disk's mirror does not see that while its connection hangs: the peer's address on the loopback makes the
 * next retransmission meet a reset. The last resort is to end virsh, and to abort once more. Once post-copy has
 * begun, the guest runs at the destination and needs what is on its way: then nothing is aborted.
 */
import { optionTreatments } from './migrate-options.ts';

const patternsOf = (
  isWanted: (one: (typeof optionTreatments)[number]) => boolean,
  form: (option: string) => string,
): string =>
  optionTreatments
    .filter(isWanted)
    .map(({ option }) => form(option))
    .join(' | ');

const refusedWords = patternsOf(
  ({ treatment }) => treatment === 'refused',
  (option) => option,
);
const replacedWords = patternsOf(
  ({ treatment }) => treatment === 'replaced',
  (option) => option,
);
const replacedValues = patternsOf(
  ({ treatment }) => treatment === 'replaced',
  (option) => `${option}=*`,
);

export const virshShim = `#!/bin/sh
PATH=$ONEEXT_MIGRATE_PATH
export PATH
folder=$ONEEXT_MIGRATE_FOLDER peer=$ONEEXT_MIGRATE_PEER stall=$ONEEXT_MIGRATE_STALL guard=$ONEEXT_MIGRATE_GUARD
domain=$ONEEXT_MIGRATE_DOMAIN label=lo:omig$ONEEXT_MIGRATE_VM
connect=qemu:///system is_migration='' destination='' previous=''
for word do
  case $previous in
    --connect | -c) connect=$word ;;
    *)
      case $word in
        migrate) is_migration=1 ;;
        --connect=*) connect=\${word#*=} ;;
        qemu*://*) destination=$word ;;
      esac
      ;;
  esac
  previous=$word
done
limit=30
[ -z "$folder" ] || [ -e "$folder/progress" ] || limit=10
[ -n "$is_migration" ] || exec timeout -k 5 "$limit" virsh "$@"

refuse() {
  echo "$1" >&2
  exit 1
}
count=$# skip='' tls='' tls_name=''
while [ "$count" -gt 0 ]; do
  word=$1
  shift
  count=$((count - 1))
  if [ -n "$skip" ]; then
    skip=''
    continue
  fi
  case $word in
    ${refusedWords}) refuse "virsh migrate $word cannot be used with a tunnel" ;;
    ${replacedWords}) skip=1 && continue ;;
    ${replacedValues}) continue ;;
    --tls) tls=1 ;;
    --tls-destination | --tls-destination=*) tls_name=1 ;;
  esac
  set -- "$@" "$word"
done
if [ -n "$tls" ] && [ -z "$tls_name" ]; then
  # The certificate is that of the host, and not of the tunnel's address.
  name=$(timeout -k 5 30 virsh -q -c "$destination" hostname) || refuse "$destination did not answer with its host name"
  set -- "$@" --tls-destination "$name"
fi

abort() {
  timeout -k 2 10 virsh -q -c "$connect" domjobabort "$domain"
}
progress() {
  LC_ALL=C timeout -k 2 5 virsh -q -c "$connect" domjobinfo "$domain" | grep -E 'processed|remaining'
}
is_in_postcopy() {
  LC_ALL=C timeout -k 2 5 virsh -q -c "$connect" domstate --reason "$domain" | grep -q post-copy
}
seconds() {
  read -r uptime _ < /proc/uptime
  echo "\${uptime%%.*}"
}
watch() {
  last='' limit=$((stall * 4)) grace=5 changed=$(seconds) aborted='' is_ended=''
  while sleep 1; do
    if [ -n "$aborted" ]; then
      since=$(($(seconds) - aborted))
      if [ "$since" -ge 3 ] && [ -e "$folder/no-reset" ]; then
        rm -f "$folder/no-reset"
        timeout -k 2 10 sudo -n ip address add "$peer/32" dev lo label "$label" &
      fi
      if [ "$since" -ge "$grace" ] && [ -z "$is_ended" ]; then
        is_ended=1
        rm -f "$folder/unmoved"
        kill "$1"
        abort
      fi
      continue
    fi
    now=$(progress)
    [ "$now" = "$last" ] || changed=$(seconds)
    last=$now
    case $now in
      *[1-9]*)
        limit=$stall grace=30
        rm -f "$folder/beginning"
        ;;
    esac
    if [ -e "$folder/lifeline" ] && kill -0 "$guard"; then
      [ $(($(seconds) - changed)) -ge "$limit" ] || continue
      ! is_in_postcopy || continue
      rm -f "$folder/progress"
    else
      ! is_in_postcopy || continue
    fi
    abort
    aborted=$(seconds)
  done
}
virsh "$@" --migrateuri "tcp://$peer" --listen-address "$peer" &
virsh=$!
watch "$virsh" < /dev/null > /dev/null 2>&1 &
watchdog=$!
wait "$virsh"
status=$?
kill "$watchdog"
wait "$watchdog" 2> /dev/null
[ "$status" -ne 0 ] || rm -f "$folder/unmoved"
rm -f "$folder/open"
[ -e "$folder/no-reset" ] || timeout -k 2 10 sudo -n ip address delete "$peer/32" dev lo label "$label" > /dev/null 2>&1
exit "$status"
`;
