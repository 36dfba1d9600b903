#!/bin/sh
# Runs one case, $job: under a writable layer over the root that disappears with it. /opt/tsntp is the command under test
# and /opt/node its runtime, reachable for every user regardless of their place on the host.
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
for path in /proc /dev /sys ${repository:+"$repository" "$command"} "$boot"; do
  mount --rbind "$path" "/mnt/root$path"
done
cd /mnt/root || exit
pivot_root . mnt
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /opt/tsntp
mount --rbind "$command" /opt/tsntp
: >/opt/node
mount --bind "$node" /opt/node
rm -rf /etc/adjtime /var/lib/tsntp
# The folder of devices is not the case's own.
rm -f /dev/log /dev/rtc1
exec "$node" "$bench/guest/driver.js" "$job"
