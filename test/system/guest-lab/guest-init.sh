#!/bin/busybox sh
# shellcheck shell=dash
# The first process of the guest. `/scenario` says what it does; all that is said goes to the serial console.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs run /run
while read -r module; do insmod "/modules/$module.ko" || echo "FAILED $module"; done </modules/order
ip link set lo up
ip address add 10.0.2.15/24 dev eth0 2>/dev/null && ip link set eth0 up && ip route add default via 10.0.2.2
# shellcheck source=/dev/null
. /scenario
while :; do sleep 3600; done
