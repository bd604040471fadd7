# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	mov %r0, 1
	exit
.prog q, "socket"
	mov %r0, 1
	exit
