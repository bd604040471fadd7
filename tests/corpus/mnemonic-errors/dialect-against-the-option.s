# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect conformance
.dialect gnu
	mov %r0, 1
	exit
