#!/busybox sh
# The first process of the QEMU guest, in its initial RAM disk: loads the modules and mounts a writable layer over the
# host's root, which is read-only over 9p. Parameters on the kernel's command line: bench job tools interface address.
/busybox mkdir /proc /dev /lower /upper /root
/busybox mount -t proc proc /proc
/busybox mount -t devtmpfs dev /dev
for module in $(/busybox cat /modules); do /busybox insmod "/$module.ko"; done
options=trans=virtio,version=9p2000.L,msize=262144
/busybox mount -t 9p -o "$options,ro,cache=loose" root /lower
/busybox mount -t tmpfs tmpfs /upper
/busybox mkdir /upper/upper /upper/work
/busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/upper,workdir=/upper/work overlay /root
/busybox mount -t 9p -o "$options" job "/root$job"
exec /busybox switch_root /root /bin/sh "$bench/guest/boot.sh"
