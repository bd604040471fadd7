# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	call 2147483647
	call 2147483648
	call 0xffffffff
	exit
