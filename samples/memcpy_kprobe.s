# SPDX-License-Identifier: BSD-2-Clause
# Prints the size of each memory copy to the kernel's trace buffer.
#
#	rawbpf run samples/memcpy_kprobe.s
#
# A program that calls trace_printk makes `rawbpf run` show the trace pipe.

.license "Dual BSD/GPL"		# trace_printk is for GPL-compatible programs

.equ FORMAT_SIZE, 18		# with the NUL
.const format, type=char, value="memcpy size %llu\n"

.prog memcpy_kprobe, "kprobe/memcpy"
.include "size_arg.inc"		# r6 = the size

	r1 = format ll
	r2 = FORMAT_SIZE
	r3 = r6
	call trace_printk
	r0 = 0
	exit
