# SPDX-License-Identifier: BSD-2-Clause
# args: --dialect llvm
	mov %r0, 1
	exit
