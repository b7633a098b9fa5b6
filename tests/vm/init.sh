#!/bin/busybox sh
# First process of the virtual machine: loads the modules, borrows the host's file system (read-only), runs one script
# in it and switches the machine off. The script and what it leaves lie in the shared folder /run/out.
/bin/busybox mkdir -p /proc /sys /dev /host
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev

switch_off() {
  sync
  echo o > /proc/sysrq-trigger
  sleep 60
}

for module in $(cat /modules/order); do
  insmod "/modules/$module" || echo "gaitpipe-vm: cannot load $module"
done

options=trans=virtio,version=9p2000.L,msize=512000
mount -t 9p -o "$options,ro,cache=loose" root /host || { echo "gaitpipe-vm: no file system of the host"; switch_off; }
for folder in dev proc sys; do mount --bind "/$folder" "/host/$folder"; done
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
for folder in run var/lib var/tmp; do mount -t tmpfs tmpfs "/host/$folder"; done
mkdir -p /host/run/out /host/run/tmp /host/var/lib/bluetooth
mount -t 9p -o "$options,rw" out /host/run/out || { echo "gaitpipe-vm: no shared folder"; switch_off; }
ip link set lo up

chroot /host /bin/sh /run/out/guest.sh
dmesg > /host/run/out/kernel.log
switch_off
