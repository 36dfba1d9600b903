#!/bin/sh
# The first process of the guest. Its root is the host's, read-only, under a writable layer that disappears with the
# guest. Runs a program at each full interval of the guest's clock, as cron does, or one that stays, and powers off.
# Parameters on the kernel's command line: job (a folder with the file `plan`), tools (a folder with Debian's programs).
mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
mount -t hostfs none "/mnt/root$job" -o "$job"
cd /mnt/root || exit
pivot_root . mnt
exec >"$job/log" 2>&1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$tools/sbin:$tools/usr/sbin HOME=/root
mountpoint -q /proc || mount -t proc proc /proc
mountpoint -q /dev || mount -t devtmpfs devtmpfs /dev
mount -t sysfs sys /sys
mount -t tmpfs -o mode=755 tmpfs /run
rm -rf /etc/tsntp.conf /var/lib/tsntp /var/lib/chrony
mkdir -p /var/lib/chrony
. "$job/plan"

ip link set lo up
ip address add "$server/32" dev lo
"$reference" "$server" $world >"$job/errors" &
sleep 1

uptime_seconds() { cut -d. -f1 /proc/uptime; }
run=0
while [ "$(uptime_seconds)" -lt "$duration" ]; do
  case " $missing " in
    *" $run "*) echo "== run $run is missing" ;;
    *)
      echo "== run $run at $(uptime_seconds) s"
      sh -c "$program"
      ;;
  esac
  run=$((run + 1))
  sleep $((interval - $(date +%s) % interval))
done
sync
"$tools/bin/busybox" poweroff -f
