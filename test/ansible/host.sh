#!/bin/sh
# host.sh FOLDER FILES PROGRAMS COMMAND...: runs COMMAND on what looks like a machine of its own. Its files are this machine's
# under a writable layer in memory, which is lost with it; those of the folder FILES are copied into it, and the folder PROGRAMS,
# unless it is empty, is /usr/local. The caller has made namespaces of mounts and processes: nothing reaches this machine.
set -e
folder=$1 files=$2 programs=$3
shift 3
mount -t tmpfs -o mode=755 tmpfs "$folder"
cd "$folder"
mkdir upper work root
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay root
cd root
rm -rf var/lib/tsntp etc/tsntp.conf etc/tsntp.keys etc/cron.d/tsntp
cp -R "$files/." .
if [ -n "$programs" ]; then mount --bind -o ro "$programs" usr/local; fi
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir run/sshd
exec chroot . "$@"
