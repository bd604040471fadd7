#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# make bench: what assembling and disassembling costs, beside the others. asm.sh BUILD_DIR
. tests/bench/lib.sh

row "assembling 200,000 labels / 20,000 labels" "$("$build/tests/bench/growth" labels)" ms 20
row "assembling 200,000 functions / 20,000, on one line" "$("$build/tests/bench/growth" functions)" ms 20

beside=$build/tests/bench/beside
for what in rawbpf llvm gnu; do
	"$build/tests/bench/program" $what 200000 >"$out/200k.$what.s" || exit 1
done
"$build/tests/bench/program" rawbpf 2000000 >"$out/2M.rawbpf.s" || exit 1
ours="$tool asm -EL $out/200k.rawbpf.s -o $out/ours.o"
$ours || exit 1

# Counted by callgrind, in millions: times vary with the machine and its load, these hardly do.
instructions() { # COMMAND...
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 >/dev/null |
		sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}
counted() { # "OURS..." "PEER..."
	# shellcheck disable=SC2086 # commands
	{ instructions $1 && instructions $2; } |
		awk '{ n[NR] = $1 } END { if (NR == 2) printf "%.0f %.0f %.3f\n", n[1] / 1e6, n[2] / 1e6, n[1] / n[2] }'
}
pair() { # what, "OURS...", "PEER...", its name, ratio of time, ratio of memory
	# shellcheck disable=SC2086 # commands
	{
		row "$1, ms / $4" "$("$beside" time 9 -- $2 -- $3)" ms "$5"
		[ "$6" = - ] || row "$1, peak memory / $4" "$("$beside" memory 3 -- $2 -- $3)" K "$6"
		have valgrind && row "$1, instructions / $4" "$(counted "$2" "$3")" M -
	}
}
absent() { echo "skipped: $1 beside $2: it is not installed"; }

# The peers make the same bytes, or their row would mean nothing.
same_bytes() { # OBJECT
	for o in "$out/ours.o" "$1"; do
		readelf -x socket "$o" | sed -n 's/^  0x//p' | cut -c10-45 | md5sum
	done | uniq | wc -l | grep -qx 1 || { echo "$1 has other bytes than ours" && bad=1; }
}

if have llvm-mc-22; then
	peer="llvm-mc-22 -triple=bpfel -filetype=obj $out/200k.llvm.s -o $out/peer.o"
	$peer && same_bytes "$out/peer.o"
	pair "assembling 200,000 slots" "$ours" "$peer" llvm-mc-22 aim:0.05 aim:0.5
	# Ours writes the line of each instruction for the verifier's log; llvm-mc does so with -g only.
	# shellcheck disable=SC2086 # commands
	row "the same, both with source lines / llvm-mc-22 -g" \
		"$("$beside" time 5 -- $ours -- $peer -g)" ms -
else
	absent assembling llvm-mc-22
fi
if have bpf-as; then
	peer="bpf-as -EL $out/200k.gnu.s -o $out/peer.o"
	$peer && same_bytes "$out/peer.o"
	pair "assembling 200,000 slots" "$ours" "$peer" bpf-as aim:0.067 aim:0.5
else
	absent assembling bpf-as
fi
# Ten times as much takes a little more than ten times as long: it leaves the caches.
row "assembling 2,000,000 slots / 200,000" \
	"$("$beside" time 3 -- "$tool" asm -EL "$out/2M.rawbpf.s" -o "$out/2M.o" -- \
		"$tool" asm -EL "$out/200k.rawbpf.s" -o "$out/ours.o")" ms aim:11

speed() { # "OURS PEER RATIO" in ms for 200,000 slots: in slots per second
	echo "$1" | awk 'NF == 3 { printf "%.1f %.1f %.3f\n", 200 / $1, 200 / $2, $1 / $2 }'
}
if have llvm-objdump-22; then
	ours="$tool dis $out/ours.o" peer="llvm-objdump-22 -d $out/ours.o"
	# shellcheck disable=SC2086 # commands
	row "disassembling, million slots per s / llvm-objdump-22" \
		"$(speed "$("$beside" time 9 -- $ours -- $peer)")" M aim:0.04
	have valgrind && row "disassembling, instructions / llvm-objdump-22" "$(counted "$ours" "$peer")" M -
else
	absent disassembling llvm-objdump-22
fi

# Small programs: what the start of a process costs is taken off.
"$build/tests/bench/program" classic 4096 >"$out/4096.bpf" && echo 'ret #1' >"$out/1.bpf" || exit 1
for peer in "bpfc -b -f xt_bpf -i" bpf_asm; do
	name=${peer%% *}
	if have "$name"; then
		# shellcheck disable=SC2086 # commands
		row "4096 classic instructions, 1,000 labels / $name" "$("$beside" time 99 \
			-- "$tool" asm --no-check "$out/4096.bpf" -- $peer "$out/4096.bpf" \
			-- "$tool" asm --no-check "$out/1.bpf" -- $peer "$out/1.bpf")" ms aim:0.1
	else
		absent "classic BPF" "$name"
	fi
done
have valgrind || echo "skipped: counts of instructions: valgrind is not installed"
exit $bad
