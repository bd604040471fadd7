# SPDX-License-Identifier: BSD-2-Clause
# args: --prog r
.prog p, "socket"
	mov %r0, 1
	exit
