# SPDX-License-Identifier: BSD-2-Clause
// both families have exit and call with a number
start:
exit
call 5
	call local start
	mov %r0, 1
exit
