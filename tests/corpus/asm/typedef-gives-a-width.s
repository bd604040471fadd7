# SPDX-License-Identifier: BSD-2-Clause
.typedef ulong, u64
.typedef uint, u32
.typedef ulong, u64
.prog p, "kprobe/x"
	r1 = *(ulong *)(r1 + 96)
	w1 = *(uint *)(r1 + 4)
	exit
