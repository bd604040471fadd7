# SPDX-License-Identifier: BSD-2-Clause
	mov %r0, 1
r1:	ja r1
1:	ja 1b
	exit
