#!/bin/sh
# Runs test programs that speak TAP and adds up: run.sh BUILD_DIR TEST...
# Each test is a program or a script; it is given the build folder as $1 and in $BUILD.
# A program that was not built is skipped if $SKIP_ABSENT says why, else it failed.
# A test that ends badly without a "not ok" line counts as one failure.
set -u
BUILD=$1
shift
export BUILD CMOCKA_MESSAGE_OUTPUT=TAP
logs=$BUILD/logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0 broken=
for t; do
	name=$(echo "${t#"$BUILD"/}" | tr / -)
	log=$logs/$name.log
	if [ -n "${SKIP_ABSENT:-}" ] && [ ! -e "$t" ]; then
		echo "ok 1 # SKIP all_of_it: $SKIP_ABSENT" >"$log"
		rc=0
	else
		timeout -k 10 "${TEST_SECONDS:-300}" "$t" "$BUILD" >"$log" 2>&1 </dev/null
		rc=$?
	fi
	# cmocka 1.1.5 says "not ok N # SKIP name"; the reason stands in the "# ..." line before it
	sed -i -E 's/^not ok ([0-9]+ # SKIP )/ok \1/' "$log"
	s=$(grep -ciE '^ok .*# skip' "$log")
	p=$(grep -cE '^ok ' "$log")
	f=$(grep -cE '^not ok ' "$log")
	p=$((p - s))
	if [ $rc -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1
		echo "not ok - exit status $rc" >>"$log"
	fi
	if [ $((p + s + f)) -eq 0 ]; then
		f=1
		echo "not ok - it ran no test" >>"$log"
	fi
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	printf '%-44s %4d passed, %d failed, %d skipped\n' "${t#"$BUILD"/}" "$p" "$f" "$s"
	awk '/^# / { why = substr($0, 3); next }
		tolower($0) ~ /^ok .*# skip/ { print $0 ($0 ~ /: / || why == "" ? "" : ": " why) }
		{ why = "" }' "$log" | sed -E 's/^ok [0-9]* ?-? ?/    skipped: /; s/# [sS][kK][iI][pP] ?//'
	if [ "$f" -ne 0 ]; then
		broken="$broken $log"
		tail -n 60 "$log" | sed 's/^/    | /'
	fi
done
[ -n "$broken" ] && printf 'logs of what failed:%s\n' "$broken"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
