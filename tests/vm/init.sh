#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: BSD-2-Clause
# The guest's first process. run-guest.sh puts the nonce in; this file is gone from the guest
# before the test runs, so nothing that the test prints can pass for a line of ours.
nonce=NONCE
/bin/busybox mkdir -p /bin /sbin /dev /proc /sys /tmp /run /out /mnt /root /etc
/bin/busybox --install -s /bin
export PATH=/bin:/sbin HOME=/root TERM=dumb
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /tmp
mount -t devpts devpts /dev/pts
for fs in tracefs:/sys/kernel/tracing debugfs:/sys/kernel/debug securityfs:/sys/kernel/security \
	bpf:/sys/fs/bpf cgroup2:/sys/fs/cgroup; do
	mount -t "${fs%%:*}" none "${fs#*:}" 2>/dev/null
done
exec </dev/console >/dev/console 2>&1
stty raw -echo # a newline stays one byte
dmesg -n 1     # a panic makes the console talk again by itself
ip link set lo up
echo root:x:0:0:root:/root:/bin/sh >/etc/passwd
hostname guest
rc=0
for m in /modules/*.ko; do
	[ ! -e "$m" ] || insmod "$m" || rc=126
done
rm -f /init
rm -rf /modules
cd /test || poweroff -f
printf '\n@@%s BEGIN\n' "$nonce"
if [ $rc -eq 0 ]; then
	./run </dev/null
	rc=$?
fi
printf '\n@@%s EXIT %d\n' "$nonce" $rc
if [ -n "$(ls -A /out)" ]; then
	tar c -C /out . | gzip -1 | base64
fi
printf '@@%s END\n' "$nonce"
sync
poweroff -f
