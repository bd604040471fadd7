#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a machine hears where packages are missing and cannot be installed. TAP.
set -u
build=$(realpath "$1") || exit 1
cd "$(dirname "$0")/.." || exit 1
d=$(mktemp -d) || exit 1
trap 'rm -rf "$d"' EXIT
n=0 bad=0
verdict() { # name, status, file to show
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		sed 's/^/# /' "$3"
		bad=1
	fi
}

PATH=/nowhere ./try-static.sh cc >"$d/out" 2>&1
[ ! -s "$d/out" ]
verdict without_a_compiler_nothing_is_said_about_static_libraries $? "$d/out"

# An ordinary user without sudo, a Debian, and a compiler that does not find the header in $ABSENT.
mkdir "$d/bin"
echo 'echo 65534' >"$d/bin/id"
echo 'exit 1' >"$d/bin/sudo"
echo 'echo "apt-get was called: $*"; exit 1' >"$d/bin/apt-get"
echo '! grep -q "$ABSENT"' >"$d/bin/cc"
for f in "$d"/bin/*; do sed -i '1i #!/bin/sh' "$f" && chmod 755 "$f"; done
need() { # absent header, arguments
	ABSENT=$1
	export ABSENT
	shift
	CC=cc PATH=$d/bin:$PATH ./need.sh "$@" >"$d/out" 2>&1
}
says() { grep -q "^Missing. As root: apt-get update && apt-get install $1\$" "$d/out"; }

need cmocka.h check or-skip && says libcmocka-dev
verdict without_cmocka_its_package_is_named_and_make_check_goes_on $? "$d/out"
! need cmocka.h check && says libcmocka-dev
verdict without_cmocka_a_target_that_needs_it_does_not_go_on $? "$d/out"
! need gelf.h check or-skip && says libelf-dev
verdict without_libelf_nothing_goes_on $? "$d/out"

SKIP_ABSENT='no cmocka' ./run.sh "$d" "$d/absent" >"$d/out" 2>&1 && grep -q 'skipped: .*no cmocka' "$d/out"
verdict a_test_that_was_not_built_is_skipped_with_the_reason $? "$d/out"
! SKIP_ABSENT='' ./run.sh "$d" "$d/absent" >"$d/out" 2>&1 && grep -q '1 failed' "$d/out"
verdict a_test_that_is_absent_without_a_reason_failed $? "$d/out"

PATH=$d/bin:$PATH kernel/run.sh "$build" >"$d/out" 2>&1
grep -q ' # SKIP histogram: .*: not root$' "$d/out"
verdict what_needs_root_is_skipped_for_that_reason_and_no_other $? "$d/out"
echo "1..$n"
exit $bad
