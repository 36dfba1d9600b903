#!/bin/sh
# Runs in both guests once the root is in place: does what a distribution's boot would do, runs the case, and powers
# off. /opt/tsntp is the command under test and /opt/node its runtime, reachable for every user regardless of their
# place on the host.
exec >"$job/log" 2>&1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$tools/sbin:$tools/usr/sbin HOME=/root
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /opt/tsntp
mount -o rbind "$command" /opt/tsntp
: >/opt/node
mount --bind "$node" /opt/node
rm -rf /etc/adjtime /var/lib/tsntp
ip link set lo up
ip address add "$address" dev "$interface"
ip link set "$interface" up
"$node" "$bench/guest/driver.js" "$job"
sync
"$tools/bin/busybox" poweroff -f
