#!/bin/sh
# The first process of the guest, a kernel with a clock of its own: five minutes behind, and settable. Its root is the host's,
# read-only. Parameters on the kernel's command line: bench tools folder files programs address.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$tools/sbin:$tools/usr/sbin
mount -t proc proc /proc
mount -t devtmpfs dev /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
"$tools/bin/busybox" insmod "$tools"/usr/lib/uml/modules/*/kernel/fs/overlayfs/overlay.ko
ip link set lo up
ip address add "$address/24" dev vec0
ip link set vec0 up
date -s "@$(($(date +%s) - 300))" >/dev/null
exec /bin/sh "$bench/host.sh" "$folder" "$files" "$programs" /usr/sbin/sshd -D -e -o "ListenAddress $address:2222"
