# SPDX-License-Identifier: BSD-2-Clause
# How big are the memory copies on this machine?
#
#	rawbpf run samples/memcpy_stat.s
#
# Each copy adds 1 to the row of its size. The classic program for this looks the row up
# and then stores value + 1: two CPUs that meet in one row lose a count, and an absent row
# is added with a zero. Here every CPU has rows of its own (percpu_array), all there from
# the start, and the addition is atomic because one task can interrupt another between a
# load and a store even on one CPU.

.license "Dual BSD/GPL"

.equ ROW_SHIFT, 6		# a row is 64 bytes wide,
.equ ROW, 1 << ROW_SHIFT
.equ MAX, 1024			# and what is larger than this goes into the last one
.equ POWERS, 65			# rows of the other view: 0, 1, 2-3, 4-7, ... up to 64 bits

.map sizes, type=percpu_array, key=u32, value=u64, entries=POWERS

# Settings. The loader writes and freezes them before the program is loaded, so the verifier
# knows them, and drops the branches that they rule out.
.const log2_rows, type=u32, value=0	# 1: a row per power of two
.const row_step,  type=u32, value=ROW	# these two tell rawbpf run how to print the rows
.const row_max,   type=u32, value=MAX

.prog memcpy_stat, "kprobe/memcpy"
.include "size_arg.inc"		# r6 = the size

	r2 = log2_rows ll
	r2 = *(u32 *)(r2 + 0)
	if r2 != 0 goto by_power

	if r6 <= MAX goto in_range
	r6 = MAX
in_range:
	r6 += ROW - 1
	r6 >>= ROW_SHIFT
	goto count

	# The row is the number of bits in the size: halve the question six times.
by_power:
	r7 = 0
	if r6 == 0 goto counted_bits
	r7 = 1
	r8 = r6
	r8 >>= 32
	if r8 == 0 goto below_32
	r6 = r8
	r7 += 32
below_32:
	r8 = r6
	r8 >>= 16
	if r8 == 0 goto below_16
	r6 = r8
	r7 += 16
below_16:
	r8 = r6
	r8 >>= 8
	if r8 == 0 goto below_8
	r6 = r8
	r7 += 8
below_8:
	r8 = r6
	r8 >>= 4
	if r8 == 0 goto below_4
	r6 = r8
	r7 += 4
below_4:
	r8 = r6
	r8 >>= 2
	if r8 == 0 goto below_2
	r6 = r8
	r7 += 2
below_2:
	r6 >>= 1
	r7 += r6
counted_bits:
	r6 = r7

count:
	*(u32 *)(r10 - 4) = r6
	r1 = sizes ll
	r2 = r10
	r2 += -4
	call map_lookup_elem
	if r0 == 0 goto out
	r1 = 1
	lock *(u64 *)(r0 + 0) += r1
out:
	r0 = 0
	exit
