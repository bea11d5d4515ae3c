#!/bin/sh
# Hook of libvirt, of opennebula-extensions: makes the folder in which a guest finds its own energy, before the VM starts
# here and before it comes here in a migration. A VM whose shared folder is missing would not start.
# host.sh --guest-trees puts it into /etc/libvirt/hooks/qemu.d. If it is the first hook of the host, restart libvirtd
# once: only then does libvirt look for hooks. Whatever goes wrong, the VM starts: exit 0.
GUEST_TREES=${GUEST_TREES:-/var/lib/libvirt/scaphandre}

# The domain's XML, which libvirt wants to be read whole.
uuid=$(sed -n 's:^.*<uuid>\([0-9A-Fa-f-]*\)</uuid>.*$:\1:p')
domain=$1
case $2 in prepare | migrate) ;; *) exit 0 ;; esac
case $domain in '' | [!A-Za-z0-9_]* | *[!A-Za-z0-9_.-]*) exit 0 ;; esac

# A guest may have put a link into its folder, and none is followed.
zone=$GUEST_TREES/$domain
umask 022
mkdir -p "$GUEST_TREES" || exit 0
for folder in '' /class /powercap /intel-rapl:0; do
	zone=$zone$folder
	[ ! -L "$zone" ] || exit 0
	[ -d "$zone" ] || mkdir -m 755 "$zone" || exit 0
done
if [ ! -e "$zone/energy_uj" ] && [ ! -L "$zone/energy_uj" ]; then
	rm -f "$zone/name" "$zone/max_energy_range_uj"
	echo package-0 >"$zone/name"
	echo 0 >"$zone/max_energy_range_uj"
	echo 1 >"$zone/energy_uj"
fi

# A VM that comes here in a migration brings its counter along: the agent removes this file when it has asked for it.
[ "$2" = migrate ] && [ -n "$uuid" ] || exit 0
arriving=$GUEST_TREES/.arriving
[ ! -L "$arriving" ] && mkdir -p "$arriving" || exit 0
echo "${uuid%%[!0-9A-Fa-f-]*}" >"$arriving/.$domain" && mv "$arriving/.$domain" "$arriving/$domain" || exit 0
tries=0
while [ -e "$arriving/$domain" ] && [ $tries -lt 30 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
exit 0
