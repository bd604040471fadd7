# SPDX-License-Identifier: BSD-2-Clause
	mov %r0, 1
	brkpt
	ldxsdw %r1, [%r2+0]
	ldabsdw 20
	ldinddw %r1, 20
	movs32 %r1, %r2, 32
	movs %r1, %r2, 24
	endbe %r1, 8
	bswap %r1, 48
	exit
