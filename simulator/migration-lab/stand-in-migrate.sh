#!/bin/bash
# Plays OpenNebula's stock driver `migrate` for KVM: the same argv, the same stdin, the same commands in the same
# order. DEPLOY_ID DESTINATION [SOURCE VM_ID SOURCE], the action document on stdin.
set -uo pipefail
export LC_ALL=C
deploy_id=$1 destination=$2
document=$(cat)
case $document in '<VMM_DRIVER_ACTION_DATA>'*) ;; *) echo 'stdin has no action document' >&2; exit 1 ;; esac
[ "$destination" != "${3:-}" ] || { echo "storage of $deploy_id alone: the guest stays"; exit 0; }
folder=$(sed -n 's:.*<DISK_TARGET_PATH>\(.*\)</DISK_TARGET_PATH>.*:\1:p' <<< "$document")
# shellcheck source=/dev/null
. /var/tmp/one/etc/vmm/kvm/kvmrc
# shellcheck disable=SC2206 # as the shell splits it
options=(--live ${MIGRATE_OPTIONS:-})
case $document in
  *'<SHARED>YES</SHARED>'*) options+=(--unsafe) ;;
  *)
    size=$(stat -c %s "$folder/disk.0") || exit 1
    ssh "$destination" bash -s <<< "mkdir -p $folder && qemu-img create -q -f raw $folder/disk.0 $size" || exit 1
    options+=(--copy-storage-all --migrate-disks vda)
    ;;
esac
virsh --connect qemu:///system migrate "${options[@]}" "$deploy_id" "qemu+ssh://$destination/system"
status=$?
if [ $status -ne 0 ]; then
  virsh --connect "qemu+ssh://$destination/system" destroy "$deploy_id" > /dev/null 2>&1
  echo "could not migrate $deploy_id to $destination" >&2
fi
exit $status
