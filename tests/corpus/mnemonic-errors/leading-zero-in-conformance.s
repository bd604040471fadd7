# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect conformance
	mov %r0, 010
	mov %r0, 0
	exit
