# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = 0xffffffff
	r1 &= 0xffffffff
	w1 = 0xffffffff
	*(u64 *)(r10 - 8) = 0x80000000
	*(u8 *)(r10 - 8) = 256
	*(u8 *)(r10 - 8) = -1
	r1 <<= 64
	w1 >>= 32
	r1 /= 0
	w1 s%= 0
	callx r3
	exit
