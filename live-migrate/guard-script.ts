/**
 * What runs on the source host, as arguments of `sh -c`: nothing need be installed there.
 *
 * The connection's stdin is the migration's lifeline. It begins with the action document and stays open while the
 * front-end's side lives; its end before the driver's aborts the migration, whatever became of that side.
 *
 * stdout tells the front-end's side how far it came, a line each: `refused REASON` (the driver was not started),
 * `started`, and `ended STATUS`. `unclear` after the status: the driver failed although virsh said that the guest has
 * moved, or virsh had to be killed. A session without `refused` and `ended` has broken off. Whatever has to be
 * written is written before `started`.
 */
export const guardFolder = '/var/tmp/oneext-migrate';

/** `SHIM PEER STALL BYTES VM_ID DRIVER DEPLOY_ID ...`, the document of BYTES on stdin, and then nothing. */
export const guardScript = `shim=$1 peer=$2 stall=$3 bytes=$4 vm=$5
shift 5
mask=$(umask)
umask 077
trap '' HUP PIPE
refuse() {
  echo "refused $1"
  exit 1
}
full='the files of a migration cannot be written below ${guardFolder.slice(0, guardFolder.lastIndexOf('/'))}'
folder=$(mktemp -d "${guardFolder}-$vm.XXXXXX") || refuse "$full"
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" || refuse "$full"
for file in lifeline progress beginning no-reset unmoved open; do
  touch "$folder/$file" || refuse "$full"
done
sed 's/.*) [A-Za-z] [0-9]* [0-9]* \\([0-9]*\\) .*/\\1/' "/proc/$$/stat" > "$folder/session" || refuse "$full"
printf '%s' "$shim" > "$folder/bin/virsh" || refuse "$full"
chmod 700 "$folder/bin/virsh" || refuse "$full"
[ "$(tail -n 1 "$folder/bin/virsh")" = 'exit "$status"' ] || refuse "$full"
[ -s "$folder/session" ] || refuse "$full"
head -c "$bytes" > "$folder/document" || refuse "$full"
[ "$(wc -c < "$folder/document")" -eq "$bytes" ] || refuse 'the action document did not arrive complete'
exec 3<&0
{ cat <&3; rm -f "$folder/lifeline"; } > /dev/null 2>&1 &
lifeline=$!
export ONEEXT_MIGRATE_PATH="$PATH:/usr/sbin:/sbin" ONEEXT_MIGRATE_FOLDER="$folder" ONEEXT_MIGRATE_PEER="$peer"
export ONEEXT_MIGRATE_STALL="$stall" ONEEXT_MIGRATE_DOMAIN="$2" ONEEXT_MIGRATE_VM="$vm" ONEEXT_MIGRATE_GUARD="$$"
umask "$mask" # the driver's files are as they are without us
echo started
PATH="$folder/bin:$PATH" "$@" < "$folder/document" 3<&- >&2 &
driver=$!
# What the driver does after the migration, or after the front-end has gone, may hang on the other host.
{
  while [ -e "$folder/open" ] && [ -e "$folder/lifeline" ]; do sleep 1; done
  sleep 75
  kill "$driver"
} < /dev/null > /dev/null 2>&1 3<&- &
limiter=$!
wait "$driver"
status=$?
kill "$lifeline" "$limiter" 2> /dev/null
reason=''
[ -e "$folder/lifeline" ] || reason='the front-end has gone or has asked to stop'
if [ ! -e "$folder/progress" ]; then
  seconds=$stall
  [ ! -e "$folder/beginning" ] || seconds=$((stall * 4))
  reason="there was no progress for $seconds s"
fi
[ -z "$reason" ] || echo "WARN: migrate_tunnel: $reason: the migration was aborted" >&2
unclear=''
[ "$status" -eq 0 ] || [ -e "$folder/unmoved" ] || unclear=' unclear'
echo "ended $status$unclear"
exit "$status"
`;

/** `BYTES DRIVER DEPLOY_ID ...`: the driver as oned would start it. */
export const driverScript = `bytes=$1
shift
echo started
head -c "$bytes" | "$@" >&2
status=$?
echo "ended $status"
exit "$status"
`;

/**
 * `DOMAIN VM_ID`, on the source after its session has broken off: ends what is still under way, and tells the
 * guest's state. A line `moving` where something is.
 */
export const endMigrationScript = `domain=$1 vm=$2 moving='' has_guard=''
export LC_ALL=C
for folder in ${guardFolder}-"$vm".*; do
  [ -d "$folder" ] && [ -O "$folder" ] || continue
  rm -f "$folder/lifeline"
  if pgrep -s "$(cat "$folder/session")" > /dev/null; then moving=1 has_guard=1; else rm -rf "$folder"; fi
done
job=$(timeout -k 1 4 virsh -q -c qemu:///system domjobinfo "$domain" 2> /dev/null)
case $job in
  '' | *'Job type:'*None*) ;;
  *)
    moving=1
    [ -n "$has_guard" ] || timeout -k 1 4 virsh -q -c qemu:///system domjobabort "$domain" > /dev/null 2>&1
    ;;
esac
[ -z "$moving" ] || echo moving
exec timeout -k 1 4 virsh -q -c qemu:///system domstate "$domain"
`;
