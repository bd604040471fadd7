# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect gnu
	movsx864 %r1, %r2
	be16 %r1
	lock add [%r1+8], %r2
	ja32 +0
	call helper 5
	call local f
	jeq %r1, 0, exit
f:	exit
