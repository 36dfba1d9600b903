#!/bin/sh
# The first process of the User Mode Linux guest, whose root is the host's, read-only. Parameters on the kernel's command
# line: bench boot tools command node interface address.
mount -t proc proc /proc
"$tools/bin/busybox" insmod "$tools"/usr/lib/uml/modules/*/kernel/fs/overlayfs/overlay.ko
mount -t hostfs none "$boot" -o "$boot"
exec /bin/sh "$bench/guest/boot.sh"
