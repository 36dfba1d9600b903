#!/bin/sh
# The first process of the User Mode Linux guest. Its root is the host's, read-only, under a writable layer that
# disappears with the guest. Parameters on the kernel's command line: bench job tools interface address.
mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
"$tools/bin/busybox" insmod "$tools"/usr/lib/uml/modules/*/kernel/fs/overlayfs/overlay.ko
mount -t overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work overlay /mnt/root
mount -t hostfs none "/mnt/root$job" -o "$job"
cd /mnt/root || exit
# Not a chroot: inside one, the kernel grants no user namespaces.
pivot_root . mnt
exec /bin/sh "$bench/guest/boot.sh"
