# SPDX-License-Identifier: BSD-2-Clause
	mov %r0, 0xffffffff
	lsh %r0, 64
	lsh32 %r0, 32
	div %r0, 0
	stb [%r10-1], 256
	stdw [%r10-8], 0x80000000
	call %r3
	call helper %r4
	exit
