# SPDX-License-Identifier: BSD-2-Clause
# args: --prog second
.prog first, "socket"
	mov %r0, 1
	jeq %r0, 1, exit
	exit
.prog second, "socket"
	mov %r0, 2
	jeq %r0, 2, exit
	mov %r0, 3
	exit
