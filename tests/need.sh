#!/bin/sh
# Makes sure that what a target needs is installed: need.sh demo|check [or-skip]
# need.sh cmocka: is it there?
# need.sh fuzz CLANG: can it build fuzz targets?
#
# Debian's packages are installed as root or through sudo; elsewhere the exact
# command is printed. What only widens the tests (other compilers, other tools
# to compare with) is asked for as well, but its absence only makes tests skip.
# With or-skip that holds for cmocka, too, where it cannot be installed.
set -u
PATH=$PATH:/usr/sbin:/sbin # bpftool lives there

# A package is there when its file is: that also holds where it was not installed by dpkg.
have() {
	case $1 in
	*/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 ;;
	esac
}
header() {
	echo "#include <$1>" | ${CC:-cc} -E -xc - >/dev/null 2>&1
}

cmocka_header() {
	printf '%s\n' '#include <stdarg.h>' '#include <stddef.h>' '#include <setjmp.h>' '#include <stdint.h>' \
		'#include <cmocka.h>' | ${CC:-cc} -E -xc - >/dev/null 2>&1
}

if [ "${1:-}" = cmocka ]; then
	cmocka_header
	exit
fi

# The package has clang's own number in its name.
if [ "${1:-}" = fuzz ]; then
	clang=${2:-clang}
	echo 'int LLVMFuzzerTestOneInput(const char *d, long n); int LLVMFuzzerTestOneInput(const char *d, long n) { return 0; }' |
		"$clang" -fsanitize=fuzzer,address,undefined -xc -o /dev/null - 2>/dev/null && exit 0
	version=$("$clang" -dumpversion 2>/dev/null | cut -d. -f1)
	echo "Fuzzing needs clang with its run-time library, which has libFuzzer and the sanitizers." >&2
	echo "On Debian, as root: apt-get install clang libclang-rt-${version:-14}-dev" >&2
	exit 1
fi

missing= wanted=
need() { # package, test...
	pkg=$1
	shift
	"$@" || missing="$missing $pkg"
}
want() {
	pkg=$1
	shift
	"$@" || wanted="$wanted $pkg"
}

need gcc have cc
need libc6-dev header stdio.h
need libelf-dev header gelf.h
want musl-tools have musl-gcc
if [ "${1:-demo}" = check ]; then
	need libcmocka-dev cmocka_header
	want clang have clang
	want llvm have llvm-mc
	want binutils-bpf have bpf-as
	want gcc-bpf have bpf-gcc
	want bpftool have bpftool
	want libbpf-dev header bpf/libbpf.h
	want mandoc have mandoc
	want tcpdump have tcpdump
	want netsniff-ng have bpfc
	want xz-utils have xz
fi

[ -z "$missing$wanted" ] && exit 0

# Without what is missing: is there something left to do?
can_go_on() {
	[ -z "$missing" ] || [ "${2:-}$missing" = "or-skip libcmocka-dev" ]
}

if ! command -v apt-get >/dev/null 2>&1; then
	[ -n "$missing" ] && echo "Missing, by Debian's names:$missing. Install your system's packages of these." >&2
	can_go_on "$@"
	exit
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
		as_root=sudo
	else
		[ -n "$wanted" ] && echo "For a smaller tool and more tests, as root: apt-get install$wanted"
		[ -n "$missing" ] && echo "Missing. As root: apt-get update && apt-get install$missing" >&2
		can_go_on "$@"
		exit
	fi
fi

install() {
	# shellcheck disable=SC2086 # words are meant to split
	DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $1
}
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
echo "installing:$missing$wanted"
if ! install "$missing $wanted" >"$log" 2>&1; then
	# A new machine has no package lists yet, an old one has stale ones.
	$as_root apt-get update >"$log" 2>&1
	if ! install "$missing $wanted" >>"$log" 2>&1; then
		for pkg in $wanted; do
			install "$pkg" >>"$log" 2>&1 || echo "not to be had: $pkg"
		done
		if [ -n "$missing" ] && ! install "$missing" >>"$log" 2>&1; then
			tail -n 20 "$log" >&2
			echo "Could not install:$missing" >&2
			exit 1
		fi
	fi
fi
exit 0
