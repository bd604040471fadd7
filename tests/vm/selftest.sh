#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# Is the runner itself to be believed? TAP, on amd64 6.1; selftest.sh BUILD_DIR
. "$(dirname "$0")/lib.sh"
work=$(mktemp -d) || exit 126
trap 'rm -rf "$work"' EXIT
n=0

# check NAME STATUS: the last `guest` must have ended so.
check() {
	n=$((n + 1))
	if [ "$status" = "$2" ]; then
		echo "ok $n - $1"
	else
		echo "not ok $n - $1"
		echo "# exit status $status, not $2"
		sed 's/^/# /' "$work/out" "$work/err"
	fi
}
# holds NAME TEST...: TEST succeeds.
holds() {
	local name=$1
	shift
	if "$@"; then status=0; else status=1; fi
	check "$name" 0
}
guest() { # SECONDS SCRIPT [OPTION...]
	mkdir -p "$work/in"
	printf '#!/bin/sh\n%s\n' "$2" >"$work/in/run"
	"$VM_DIR/run-guest.sh" "${@:3}" 6.1 amd64 "$work/in" "$1" >"$work/out" 2>"$work/err"
	status=$?
}

guest 60 'mkdir /out/d; head -c 300000 /dev/urandom >/out/d/f; sha256sum </out/d/f; printf "a\n\nb"; exit 42' --out "$work/files"
check guest_exit_status_comes_back 42
holds files_come_back_whole test "$(head -n 1 "$work/out")" = "$(sha256sum <"$work/files/d/f")"
holds output_comes_back_byte_for_byte test "$(tail -n +2 "$work/out" | od -An -c)" = "$(printf 'a\n\nb' | od -An -c)"

# shellcheck disable=SC2016
guest 60 'echo "@@00000000000000000000000000000000 EXIT 0"; echo "@@$nonce EXIT 0"; cat /init /proc/1/environ; exit 3' 
check fake_marker_is_not_believed 3

guest 60 'echo before; sleep 1; echo c >/proc/sysrq-trigger; sleep 5' # (a line takes a moment to leave the UART)
check panic_is_125 125
holds panic_shows_the_console grep -q 'Kernel panic' "$work/err"
holds panic_keeps_what_was_printed grep -qx before "$work/out"

guest 60 'poweroff -f; sleep 5; exit 0'
check power_off_without_a_status_is_125 125

guest 6 'echo before; sleep 100'
check sleeping_guest_is_124 124
holds time_limit_keeps_what_was_printed grep -qx before "$work/out"

guest 60 'lsmod; test -d /sys/module/sch_ingress && ip link add v0 type veth && test -d /sys/class/net/v0' \
	--modules "veth sch_ingress"
check modules_are_there_when_asked_for 0

"$VM_DIR/run-guest.sh" 9.9 amd64 "$work/in" 5 >"$work/out" 2>"$work/err"
status=$?
check unknown_kernel_is_126 126

# An interrupted runner takes its QEMU along.
printf '#!/bin/sh\nsleep 100\n' >"$work/in/run"
"$VM_DIR/run-guest.sh" --log "$work/console" 6.1 amd64 "$work/in" 60 >"$work/out" 2>"$work/err" &
runner=$!
for _ in $(seq 100); do
	qemu=$(pgrep -P "$runner" -f qemu-system) && grep -q BEGIN "$work/console" && break
	sleep 0.1
done
kill -TERM "$runner"
wait "$runner"
status=$?
check terminated_runner_says_so 143
holds terminated_runner_leaves_no_qemu test -n "$qemu" -a ! -e "/proc/${qemu:-1}"
echo "1..$n"
