# SPDX-License-Identifier: BSD-2-Clause
; before 2.42 a semicolon started a comment
.dialect gnu
.prog p, "socket"
	add %r1,5		; old comment
	add32 %r2, %r3
	sdiv %r1,%r2
	smod32 r4, -7		# new comment
	neg %r5
	neg32 %r6
	movs %r1,%r2,8
	movs %r1,%r2,32
	movs32 %r3,%r4,16
	endle %r1,16
	endbe %r9,64
	bswap %r1,32
	lddw %r1,0x1122334455667788
	ldabsb 20
	ldabsh 0x10
	ldindw %r1,4
	ldxb %r1,[%r2+1]
	ldxdw %fp,[%r2+-8]
	ldxh %r1,[%r2-8]
	ldxw %r1,[%r2]
	ldxsb %r1,[%r2+3]
	ldxsh %r1,[%r2+3]
	ldxsw %r1,[%r2+3]
	stb [%r1+4],7
	stdw [%r10-8],-1
	stxw [%r1+4],%r2
	xadddw [%r1+8],%r2
	xaddw [%r1+8],%r2
	aadd [%r1+8],%r2
	aor32 [%r1+8],%r2
	aand [%r1+8],%r2
	axor [%r1+8],%r2
	afadd [%r1+8],%r2
	afor [%r1+8],%r2
	afand32 [%r1+8],%r2
	afxor [%r1+8],%r2
	axchg [%r1+8],%r2
	axchg32 [%r1+8],%r2
	acmp [%r1+8],%r2
	acmp32 [%r1+8],%r2
	ja 1
	ja +1
	jal last
	jeq %r1,5,last
	jset32 %r1,%r2,-2
	jsle %r1,-1,1
	call 5
	call bpf_map_lookup_elem
last:	exit
