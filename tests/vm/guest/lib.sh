# shellcheck shell=dash
# SPDX-License-Identifier: BSD-2-Clause
# For the scripts that run in a guest: TAP, and what they check in common. busybox sh.
n=0
tracing=/sys/kernel/tracing
export PATH=/test:$PATH

# run COMMAND...: its output to ./out, its exit status to $status. A hang fails one test, not the
# whole guest.
run() {
	echo "# $*"
	timeout -k 5 30 "$@" >out 2>&1 </dev/null
	status=$?
}
# check NAME TEST...: one line of TAP; shows ./out when TEST fails.
check() {
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >why 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "# exit status $status; failed: $*"
		{ cat why; head -n 30 out; echo ...; tail -n 10 out; } | sed 's/^/# /'
	fi
}
says() { grep -qE -- "$1" out; }
does_not_say() { ! says "$1"; }
exits() { [ "$status" -eq "$1" ]; }

# tables POLLS HITS [ROW COUNT]: ./out holds at least POLLS tables with all 17 rows in order, each
# total is the last one plus what is new; the last table holds HITS or more, and ROW (its
# number: 0, 1 for 1 - 64, ...) COUNT or more.
tables() {
	awk -v polls="$1" -v hits="$2" -v row="${3:-0}" -v count="${4:-0}" '
	function fail(why) { print "line " NR ": " why; bad = 1; exit 1 }
	/^ *bytes +last [0-9.]+ s +total$/ { if (t++ && r != 17) fail(r " rows"); r = 0; sum = 0; next }
	t && /^ *([0-9]+|[0-9]+ - [0-9]+\*?) +[0-9]+ +[0-9]+$/ {
		label = $1; new = $2; total = $3
		if ($2 == "-") { label = $1 " - " $3; new = $4; total = $5 }
		want = r ? 64 * (r - 1) + 1 " - " 64 * r (r == 16 ? "*" : "") : "0"
		if (label != want) fail("row " label ", not " want)
		if (total != was[r] + new) fail("row " label ": " was[r] " + " new " is not " total)
		was[r++] = total; sum += total
	}
	END {
		if (bad) exit 1
		if (t < polls || r != 17) { print t " tables, " r " rows in the last"; exit 1 }
		if (sum < hits) { print sum " hits, not " hits; exit 1 }
		if (was[row] < count) { print "row " row " has " was[row] ", not " count; exit 1 }
	}' out
}

nothing_left() {
	[ -z "$(cat $tracing/kprobe_events $tracing/uprobe_events)" ] && left && ! pidof rawbpf
}

# ends PID: it ends within five seconds of SIGTERM.
ends() {
	kill -TERM "$1"
	for _ in $(seq 50); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -KILL "$1"
	return 1
}

finish() {
	echo "1..$n"
	exit 0
}
