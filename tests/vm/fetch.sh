#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Fetches what guests need from Debian's archive into the cache, and prints where it is:
#   fetch.sh kernel NAME ARCH        a folder with vmlinuz, release, config and the packages
#   fetch.sh module NAME ARCH MOD... each module's file, those that it needs first
#   fetch.sh busybox ARCH            a static busybox of the guest's (or "host") architecture
#   fetch.sh qemu                    a folder with bin/ and share/ of a QEMU that is good enough
#   fetch.sh sysroot ARCH            libelf and zlib to link a static rawbpf against
#   fetch.sh cross ARCH              installs the cross compiler, prints its prefix
# What was fetched once is kept. REFRESH=1 looks for newer versions. Exit status 126 on failure.
. "$(dirname "$0")/lib.sh"
. "$VM_DIR/apt.sh"

host_arch=$(dpkg --print-architecture 2>/dev/null) || die "this is not a Debian system: no dpkg"

# ---- kernels -------------------------------------------------------------------------

# From 6.19 linux-image-* is empty and depends on packages that hold the parts.
kernel_parts() {
	apt-cache depends --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces "$1" |
		sed -nE 's/^ +Depends: (linux-(binary|modules|base)-[0-9].*)$/\1/p'
}

get_kernel() { # SUITE PATTERN ARCH
	local name rel deb
	apt_use "$3" "$1"
	# The newest first; one that the index names but the mirror has not is passed over.
	for name in $(apt-cache pkgnames | grep -xE "$2" | sort -rV | head -n 3); do
		# shellcheck disable=SC2046
		apt_download "$name" $(kernel_parts "$name") && break
		rm -f ./*.deb
	done
	ls ./*.deb >/dev/null 2>&1 || die "$1 has no package that matches $2"
	echo "$name" >package
	rel=${name#linux-image-}
	echo "$rel" >release
	mkdir root
	for deb in ./*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar x -C root --wildcards './boot/vmlinu*' './boot/config-*' './*/vmlinuz' './usr/lib/modules/*/config' 2>/dev/null
	done
	find root -name 'vmlinu*' -type f | head -n 1 | xargs -I{} mv {} vmlinuz
	find root -name 'config*' -type f | head -n 1 | xargs -I{} mv {} config
	rm -rf root
	[ -s vmlinuz ] || die "$name holds no kernel"
}

kernel() { # NAME ARCH
	local row
	row=$(awk -v n="$1" -v a="$2" '$1 == n && $2 == a { print $3, $4 }' "$VM_DIR/kernels")
	[ -n "$row" ] || die "no kernel $1 for $2 in tests/vm/kernels"
	# shellcheck disable=SC2086
	once "kernel/$1-$2" get_kernel ${row% *} "${row#* }" "$2"
}

# Modules are taken out of the package on demand: all of them would be ten times the rest.
get_module() { # KERNEL_DIR MODULE
	local deb file
	for deb in "$1"/*.deb; do
		file=$(dpkg-deb --fsys-tarfile "$deb" | tar t | grep -E "/${2//[-_]/[-_]}\.ko(\.xz)?\$")
		[ -n "$file" ] && break
	done
	[ -n "$file" ] || die "no module $2 in $(cat "$1/package")"
	case $file in
	*.xz) dpkg-deb --fsys-tarfile "$deb" | tar xO "$file" | xz -dc >"$2.ko" ;;
	*) dpkg-deb --fsys-tarfile "$deb" | tar xO "$file" >"$2.ko" ;;
	esac
}

module() { # NAME ARCH MODULE...
	local dir m path dep name=$1 arch=$2
	dir=$(kernel "$name" "$arch") || return 1
	for m in "${@:3}"; do
		path=$(once "module/$name-$arch/$m" get_module "$dir" "$m") || return 1
		dep=$(tr '\0' '\n' <"$path/$m.ko" | sed -n 's/^depends=//p' | tr ',' ' ')
		# shellcheck disable=SC2086
		[ -z "$dep" ] || module "$name" "$arch" $dep || return 1
		echo "$path/$m.ko"
	done
}

# ---- busybox, QEMU -------------------------------------------------------------------

get_busybox() { # ARCH
	apt_use "$1" bookworm
	apt_download busybox-static && dpkg-deb -x ./*.deb . && rm -rf ./*.deb usr && mv bin/busybox . && rmdir bin
}
busybox() {
	local dir
	dir=$(once "busybox/$1" get_busybox "$1") && echo "$dir/busybox"
}

# Solved against what the system has installed, downloaded and unpacked: nothing is installed.
get_qemu() {
	local deb
	apt_use "$host_arch" bookworm bookworm-backports
	mkdir -p status debs/partial
	cp /var/lib/dpkg/status status/status
	if ! apt-get -qq -y -o Dir::State::status="$PWD/status/status" -o Dir::Cache::archives="$PWD/debs" \
		--download-only -t bookworm-backports install qemu-system-{x86,arm,common,data} </dev/null ||
		! (cd debs && apt_download qemu-system-s390x/bookworm-backports); then
		die "cannot fetch QEMU 10; install qemu-system-x86 and qemu-system-arm of version 9 or later"
	fi
	for deb in debs/*.deb; do
		case $deb in
		*/qemu-system-s390x_*) # s390x alone: the rest is large
			dpkg-deb --fsys-tarfile "$deb" | tar x ./usr/bin/qemu-system-s390x ;;
		*) dpkg-deb -x "$deb" . ;;
		esac
	done
	rm -rf debs status usr/share/doc usr/share/man usr/share/locale
	find . -path '*-linux-gnu' -printf '%P\n' >libs
	qemu_command "$PWD" x86_64
	good_qemu "${QEMU_CMD[@]}" || die "the fetched QEMU does not start: $(LD_LIBRARY_PATH=$(qemu_libs .) \
		ldd usr/bin/qemu-system-x86_64 | grep 'not found')"
}
qemu() { once qemu get_qemu; }

# ---- what a static rawbpf is built with ----------------------------------------------

get_sysroot() { # ARCH
	apt_use "$1" bookworm
	apt_download libelf-dev libelf1 zlib1g-dev zlib1g || return 1
	for deb in ./*.deb; do
		dpkg-deb -x "$deb" . || return 1
	done
	rm -rf ./*.deb usr/share
}
sysroot() { once "sysroot/$1" get_sysroot "$1"; }

cross() { # ARCH
	local triplet
	triplet=$(cross_triplet "$1") || die "no cross compiler known for $1"
	need_packages "gcc-${triplet//_/-}" "libc6-dev-$1-cross" || die "no cross compiler for $1"
	echo "$triplet-"
}

case "${1-} $#" in
"kernel 3" | "busybox 2" | "qemu 1" | "sysroot 2" | "cross 2") "$@" ;;
"module "*) [ $# -ge 4 ] && "$@" ;;
*) sed -n 's/^# \{0,1\}//;3,10p' "$0" >&2; exit 126 ;;
esac || exit 126
