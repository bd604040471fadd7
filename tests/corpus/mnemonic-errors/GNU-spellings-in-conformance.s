# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect conformance
	movs %r1, %r2, 8
	endbe %r1, 16
	xadddw [%r1+8], %r2
	aadd [%r1+8], %r2
	jal +0
	exit
