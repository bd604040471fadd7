# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash disable=SC2034
# What fetch.sh, build.sh and run-guest.sh share. Source it from bash.
#
# The cache holds all that was downloaded, each thing in its own folder that appears whole
# (made beside, then renamed) under a lock, so that parallel runs do not meet half of it.
set -u
VM_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${RAWBPF_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/rawbpf}/vm
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() {
	say "$@"
	exit 126
}

# as_root COMMAND...: as root, or through sudo; else says the command and fails.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		say "this needs root; run it yourself: $*"
		return 1
	fi
}

# need_packages PACKAGE...: installs those that are missing from the system's own sources.
need_packages() {
	local missing=() p
	for p; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	say "installing ${missing[*]}"
	apt-cache show "${missing[@]}" >/dev/null 2>&1 || as_root apt-get update -qq >&2 || return 1
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		"${missing[@]}" </dev/null >&2
}

# once NAME FUNCTION ARG...: calls FUNCTION in an empty folder, which becomes $CACHE/NAME when it
# succeeds. What is there already is kept, unless REFRESH=1 asks for newer. Prints the path.
once() {
	local dir=$CACHE/$1 new
	shift
	mkdir -p "${dir%/*}" || die "cannot write to the cache $CACHE"
	(
		flock 9
		[ -e "$dir" ] && [ -z "${REFRESH-}" ] && exit 0
		new=$(mktemp -d "$dir.new.XXXXXX") || exit 1
		trap 'rm -rf "$new"' EXIT
		chmod 755 "$new"
		(cd "$new" && "$@") >&2 9>&- || exit 1
		rm -rf "$dir" && mv "$new" "$dir"
	) 9>"$dir.lock" || return 1
	echo "$dir"
}

# ---- architectures, by Debian's names -------------------------------------------------

cross_triplet() {
	case $1 in
	amd64) echo x86_64-linux-gnu ;;
	arm64) echo aarch64-linux-gnu ;;
	i386) echo i686-linux-gnu ;;
	s390x) echo s390x-linux-gnu ;;
	*) return 1 ;;
	esac
}

# The shared libraries of an unpacked QEMU in FOLDER that the system does not have.
qemu_libs() { sed "s#^#$1/#" "$1/libs" | paste -sd:; }

# Sets QEMU_CMD to what starts QEMU for MACHINE out of FOLDER.
qemu_command() { # FOLDER MACHINE
	QEMU_CMD=(env LD_LIBRARY_PATH="$(qemu_libs "$1")" "$1/usr/bin/qemu-system-$2"
		-L "$1/usr/share/qemu" -L "$1/usr/share/seabios")
}
# good_qemu COMMAND...: bookworm's own QEMU 7.2 patches text wrongly, so amd64 guests die now and
# then; 9 and 10 do not.
good_qemu() {
	[ "$("$@" --version 2>/dev/null | sed -nE 's/.*version ([0-9]+).*/\1/p;q')" -ge 9 ] 2>/dev/null
}
