# SPDX-License-Identifier: BSD-2-Clause
.prog main, "socket"
	call f
	r2 = g ll
	call g
	exit
.prog f, ".text"
	call g
	exit
.prog g, ".text"
	call inner
	exit
inner:	r0 = 0
	exit
