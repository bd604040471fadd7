# SPDX-License-Identifier: BSD-2-Clause
	add %r1
	add %r1,
	add
	ldxb %r1
	ldxb %r1, %r2
	ldxb %r1, [%r2
	stxw [%r1+4]
	stw [%r1+4]
	lddw %r1,
	jeq %r1, 5
	jeq %r1, l
	ja
	call
	call local
	neg
	endbe %r1
	movs %r1, %r2
	ldabsw
	exit
