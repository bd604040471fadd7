# SPDX-License-Identifier: BSD-2-Clause
	r0 = 1
	add %r1, 5
	mov %r0, 1
	exit
