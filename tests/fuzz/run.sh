#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make fuzz: each target in turn, or those in $FUZZ_TARGETS. run.sh BUILD_DIR SECONDS TARGET...
# New inputs that reach new code are kept in BUILD_DIR/fuzz/corpus/TARGET and used by the next run;
# findings stay in BUILD_DIR/fuzz/findings.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$1 seconds=$2
shift 2
mkdir -p "$build/fuzz/findings" "$build/fuzz/logs"
bad=0
findings() { find "$build/fuzz/findings" -name "$1-*" | wc -l; }
printf '%-8s %12s %8s %10s\n' target runs edges findings
for t; do
	found=$build/fuzz/findings/$t
	log=$build/fuzz/logs/$t.log
	mkdir -p "$build/fuzz/corpus/$t"
	set -- "$build/fuzz/corpus/$t" "tests/fuzz/corpus/$t"
	[ -e "tests/fuzz/dict/$t" ] && set -- -dict="tests/fuzz/dict/$t" "$@"
	before=$(findings "$t")
	# libFuzzer ends at its first finding.
	"$build/fuzz/tests/fuzz/$t" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
		-max_len=16384 -print_final_stats=1 -artifact_prefix="$found-" "$@" </dev/null >"$log" 2>&1
	rc=$?
	after=$(findings "$t")
	printf '%-8s %12s %8s %10s\n' "$t" \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
		"$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)" $((after - before))
	if [ $rc -ne 0 ]; then
		bad=1
		sed -nE "s/.*Test unit written to (.*)/    \1/p" "$log"
		grep -E -m 3 'does not hold|ERROR: |runtime error' "$log" | cut -c1-200 | sed 's/^/    /'
		echo "    the whole of it: $log"
	fi
done
exit $bad
