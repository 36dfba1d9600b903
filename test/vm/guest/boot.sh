#!/bin/sh
# Runs in all guests once the root is in place: does what a distribution's boot would do, runs each case of the boot, and
# powers off. A case has mounts and a root of its own (case.sh), and its processes end with it.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$tools/sbin:$tools/usr/sbin HOME=/root
exec >"$boot/log" 2>&1
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /dev || mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t sysfs sys /sys
ip link set lo up
ip address add "$address" dev "$interface"
ip link set "$interface" up
for job in "$boot"/[0-9]*; do
  export job
  unshare --mount /bin/sh "$bench/guest/case.sh" >"$job/log" 2>&1
  # All but this shell, the first process of the guest.
  kill -9 -1
done
sync
"$tools/bin/busybox" poweroff -f
