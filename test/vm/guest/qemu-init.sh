#!/busybox sh
# The first process of the QEMU guests, in their initial RAM disk: loads the modules and mounts a writable layer over the
# root, which is read-only over 9p: the host's for the PC, an arm64 system for the ARM board. Parameters on the kernel's
# command line: bench boot tools command interface address; for the ARM board also repository koffi.
/busybox mkdir /proc /dev /lower /upper /root
/busybox mount -t proc proc /proc
/busybox mount -t devtmpfs dev /dev
for module in $(/busybox cat /modules); do /busybox insmod "/$module.ko"; done
options=trans=virtio,version=9p2000.L,msize=262144
/busybox mount -t 9p -o "$options,ro,cache=loose" root /lower
/busybox mount -t tmpfs tmpfs /upper
/busybox mkdir /upper/upper /upper/work
/busybox mount -t overlay -o lowerdir=/lower,upperdir=/upper/upper,workdir=/upper/work overlay /root
if [ -n "$repository" ]; then
  # What a Debian package leaves to others: folders, and programs, which are busybox here.
  (cd /root && /busybox mkdir -p proc dev sys run tmp opt root var/lib mnt)
  /busybox chroot /root /bin/busybox --install -s /bin
  for tag in repository command; do
    eval "path=\$$tag"
    /busybox mkdir -p "/root$path"
    /busybox mount -t 9p -o "$options,ro,cache=loose" "$tag" "/root$path"
    # koffi's binary of this processor, in the place of the host's.
    /busybox mount --bind "/root$koffi" "/root$path/node_modules/@koromix"
  done
fi
/busybox mount -t 9p -o "$options" boot "/root$boot"
exec /busybox switch_root /root /bin/sh "$bench/guest/boot.sh"
