# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = *(u8 *)(r2 + 32768)
	r1 = *(u8 *)(r2 - 32769)
	*(u8 *)(r2 + 0x10000) = 1
	lock *(u64 *)(r1 + 100000) += r2
	exit
