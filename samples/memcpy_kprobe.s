# SPDX-License-Identifier: BSD-2-Clause
# Prints the size of each memory copy to the kernel's trace buffer.
#
#	rawbpf run samples/memcpy_kprobe.s
#
# A program that calls trace_printk makes `rawbpf run` show the trace pipe.

.include "ptregs.inc"

.license "Dual BSD/GPL"		# trace_printk is for GPL-compatible programs

.equ FORMAT_SIZE, 18		# with the NUL
.const format, type=char, value="memcpy size %llu\n"
.const size_arg, type=u32, value=3	# which argument of the probed function is the size

.prog memcpy_kprobe, "kprobe/memcpy"
	r2 = size_arg ll
	r2 = *(u32 *)(r2 + 0)
	if r2 == 1 goto arg1
	if r2 == 2 goto arg2
	if r2 == 4 goto arg4
	if r2 == 5 goto arg5
	r3 = *(ulong *)(r1 + PT_REGS_PARM3)
	goto got_size
arg1:	r3 = *(ulong *)(r1 + PT_REGS_PARM1)
	goto got_size
arg2:	r3 = *(ulong *)(r1 + PT_REGS_PARM2)
	goto got_size
arg4:	r3 = *(ulong *)(r1 + PT_REGS_PARM4)
	goto got_size
arg5:	r3 = *(ulong *)(r1 + PT_REGS_PARM5)

got_size:
	r1 = format ll
	r2 = FORMAT_SIZE
	call trace_printk
	r0 = 0
	exit
