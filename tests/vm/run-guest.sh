#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Boots a kernel in QEMU and runs a folder's script in it:
#   run-guest.sh [--out DIR] [--modules "MOD ..."] [--smp N] [--append ARGS] [--log FILE] \
#     KERNEL ARCH FOLDER SECONDS [-- COMMAND...]
# KERNEL and ARCH name a row of tests/vm/kernels. FOLDER becomes the guest's /test; its ./run (or
# COMMAND) is executed there as root, with busybox beside it. Its output goes to stdout; what it
# writes to /out comes back to DIR; the serial console is kept in FILE.
# Exit status: the guest's own; 124 time limit, 125 panic, oops or unexpected end (the console's
# tail goes to stderr), 126 the guest could not be started.
. "$(dirname "$0")/lib.sh"

out='' modules='' smp='' append='' log=''
while [[ ${1-} == --* ]]; do
	case $1 in
	--out) out=$2 ;;
	--modules) modules=$2 ;;
	--smp) smp=$2 ;;
	--append) append=$2 ;;
	--log) log=$2 ;;
	*) die "unknown option $1" ;;
	esac
	shift 2
done
[ $# -ge 4 ] || die "usage: run-guest.sh [options] KERNEL ARCH FOLDER SECONDS [-- COMMAND...]"
kernel=$1 arch=$2 folder=$3 limit=$4
shift 4
[ "${1-}" = -- ] && shift
[ -d "$folder" ] || die "no folder $folder"
[[ $limit =~ ^[0-9]+$ ]] || die "the time limit is in seconds, not '$limit'"

case $arch in
amd64) qemu=x86_64 console=ttyS0 machine=(-M pc -cpu max) ;;
i386) qemu=i386 console=ttyS0 machine=(-M pc -cpu max) ;;
arm64) qemu=aarch64 console=ttyAMA0 machine=(-M virt -cpu "max,pauth-impdef=on") ;;
s390x) qemu=s390x console=ttysclp0 machine=(-M s390-ccw-virtio -cpu max) ;;
*) die "no architecture $arch here: amd64, arm64, i386, s390x" ;;
esac

pid=
work=$(mktemp -d "${TMPDIR:-/tmp}/rawbpf-guest.XXXXXX") || die "no temporary folder"
# shellcheck disable=SC2317  # the trap calls it
cleanup() {
	if [ -n "$pid" ]; then
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	fi
	rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
[ -n "$log" ] || log=$work/console

# ---- the initramfs ---------------------------------------------------------------------

kernel_dir=$("$VM_DIR/fetch.sh" kernel "$kernel" "$arch") || exit 126
guest_busybox=$("$VM_DIR/fetch.sh" busybox "$arch") || exit 126
own_busybox=$("$VM_DIR/fetch.sh" busybox "$(dpkg --print-architecture)") || exit 126 # for its cpio
nonce=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

root=$work/root
mkdir -p "$root"/{bin,modules,test} || die "cannot write to $work"
cp "$guest_busybox" "$root/bin/busybox"
cp -RL "$folder/." "$root/test/" || die "cannot copy $folder"
sed "s/^nonce=NONCE/nonce=$nonce/" "$VM_DIR/init.sh" >"$root/init"
if [ $# -gt 0 ]; then
	printf '#!/bin/sh\nexec %s\n' "${*@Q}" >"$root/test/run"
fi
[ -e "$root/test/run" ] || die "$folder has no script 'run'"
chmod 755 "$root/init" "$root/test/run"
if [ -n "$modules" ]; then
	# shellcheck disable=SC2086
	files=$("$VM_DIR/fetch.sh" module "$kernel" "$arch" $modules) || exit 126
	n=100
	for f in $files; do
		cp "$f" "$root/modules/$((n++))-${f##*/}"
	done
fi
(cd "$root" && find . | "$own_busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$work/initramfs" ||
	die "cannot pack the initramfs"
rm -rf "$root"

# ---- QEMU -----------------------------------------------------------------------------

QEMU_CMD=("qemu-system-$qemu")
if ! good_qemu "${QEMU_CMD[@]}"; then
	qemu_dir=$("$VM_DIR/fetch.sh" qemu) || exit 126
	qemu_command "$qemu_dir" "$qemu"
fi
: >"$log"
# One thread for all virtual CPUs: with more, TCG races with the kernel's text patching, and the
# second core is for a second guest. An oops ends the guest as a panic does.
setpriv --pdeathsig KILL "${QEMU_CMD[@]}" "${machine[@]}" -accel tcg,thread=single -smp "${smp:-2}" \
	-m 1024 -kernel "$kernel_dir/vmlinuz" -initrd "$work/initramfs" -no-reboot -nodefaults \
	-nographic -monitor none -serial "file:$log" \
	-append "console=$console quiet oops=panic panic=-1 $append" </dev/null >"$work/qemu" 2>&1 &
pid=$!

# ---- what came of it --------------------------------------------------------------------

# What lies between our markers; the newline that EXIT brings along is not the test's.
guest_output() {
	awk -v b="@@$nonce BEGIN" -v e="@@$nonce EXIT" '
		index($0, e) == 1 { exit }
		on { if (n++) printf "%s\n", last; last = $0 }
		$0 == b || $0 == b "\r" { on = 1 }
		END { if (n && last != "") printf "%s", last }' "$log"
}
guest_files() {
	awk -v e="@@$nonce EXIT" -v z="@@$nonce END" '
		index($0, z) == 1 { exit } on; index($0, e) == 1 { on = 1 }' "$log"
}
# The console from where the kernel began to complain, or else its last lines.
show_console() {
	local trouble='Kernel panic|Oops|BUG:|general protection|Internal error'
	say "$kernel $arch: $1; the console:"
	if grep -qE "$trouble" "$log"; then
		sed -nE "/$trouble/,\$p" "$log" | head -n 60
	else
		tail -n 20 "$log"
	fi | tr -d '\r\033' | sed 's/^/  | /' >&2
}

deadline=$((SECONDS + limit)) late=
while kill -0 "$pid" 2>/dev/null; do
	if [ $SECONDS -ge $deadline ]; then
		late=1
		break
	fi
	sleep 0.1
done
if [ -n "$late" ]; then
	kill -KILL "$pid" 2>/dev/null
fi
wait "$pid" 2>/dev/null
pid=

status=$(sed -nE "s/^@@$nonce EXIT ([0-9]+)\r?\$/\1/p" "$log" | head -n 1)
guest_output
if [ -n "$status" ] && grep -q "^@@$nonce END" "$log"; then
	if [ -n "$out" ]; then
		mkdir -p "$out"
		guest_files | tr -d '\r' | base64 -d 2>/dev/null | tar xz -C "$out" 2>/dev/null || [ -z "$(guest_files)" ] ||
			die "the files in /out did not come back whole"
	fi
	exit "$status"
elif [ -n "$late" ]; then
	show_console "no end within $limit s"
	exit 124
elif grep -qE "Kernel panic|^@@$nonce BEGIN" "$log"; then
	show_console "the guest ended by itself"
	exit 125
fi
cat "$work/qemu" >&2
show_console "the guest did not start"
exit 126
