#!/bin/sh
# Hook of libvirt, of opennebula-extensions: makes the folder in which a guest finds its own energy, before the VM starts
# here and before it comes here in a migration. A VM whose shared folder is missing would not start.
# host.sh --guest-trees puts it into /etc/libvirt/hooks/qemu.d. If it is the first hook of the host, restart libvirtd
# once: only then does libvirt look for hooks. Whatever goes wrong, the VM starts: exit 0.
GUEST_TREES=${GUEST_TREES:-/var/lib/libvirt/scaphandre}

cat >/dev/null # the domain's XML, which libvirt wants to be read
domain=$1
[ "$2" = prepare ] || exit 0
case $domain in '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) exit 0 ;; esac

# A guest may have put a link into its folder, and none is followed.
zone=$GUEST_TREES/$domain
mkdir -p "$GUEST_TREES" || exit 0
umask 022
for folder in '' /class /powercap /intel-rapl:0; do
	zone=$zone$folder
	[ ! -L "$zone" ] || exit 0
	[ -d "$zone" ] || mkdir -m 755 "$zone" || exit 0
done
[ ! -e "$zone/energy_uj" ] && [ ! -L "$zone/energy_uj" ] || exit 0
rm -f "$zone/name" "$zone/max_energy_range_uj"
echo package-0 >"$zone/name"
echo 0 >"$zone/max_energy_range_uj"
echo 1 >"$zone/energy_uj"
exit 0
