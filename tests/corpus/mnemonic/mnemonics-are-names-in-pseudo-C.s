# SPDX-License-Identifier: BSD-2-Clause
.equ add, 5
	r0 = add
	goto mov
mov:	exit
