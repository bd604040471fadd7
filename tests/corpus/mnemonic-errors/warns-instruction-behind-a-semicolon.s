# SPDX-License-Identifier: BSD-2-Clause
; mov %r0, 9
	mov %r0, 1 ; mov %r0, 2
	add %r0, 1 ; add one
	add %r0, 2;exit
	ja l ; exit early
	ja l ; ja +0
l:	exit ; exit
