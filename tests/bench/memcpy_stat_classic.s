# SPDX-License-Identifier: BSD-2-Clause
# The memcpy statistics as the classic introduction has them: the size is fetched from ctx with
# bpf_probe_read, and one hash map keyed by the rounded size is looked up and stored back plus
# one. What memcpy_stat.s is measured against.

.include "ptregs.inc"

.license "Dual BSD/GPL"

.map sizes, type=hash, key=u64, value=u64, entries=32

.prog memcpy_classic, "kprobe/memcpy"
	r3 = r1
	r3 += PT_REGS_PARM3
	r1 = r10
	r1 += -8
	r2 = 8
	call probe_read
	r6 = *(u64 *)(r10 - 8)
	if r6 <= 1024 goto in_range
	r6 = 1024
in_range:
	r6 += 63
	r6 &= -64
	*(u64 *)(r10 - 8) = r6
	r1 = sizes ll
	r2 = r10
	r2 += -8
	call map_lookup_elem
	if r0 == 0 goto absent
	r1 = *(u64 *)(r0 + 0)
	r1 += 1
	*(u64 *)(r0 + 0) = r1
	goto out
absent:
	r1 = 1
	*(u64 *)(r10 - 16) = r1
	r1 = sizes ll
	r2 = r10
	r2 += -8
	r3 = r10
	r3 += -16
	r4 = 0
	call map_update_elem
out:
	r0 = 0
	exit
