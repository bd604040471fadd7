# SPDX-License-Identifier: BSD-2-Clause
near:	jeq %r1, 0, far
	ja far
	jal far
.include "lib/fill16384.inc"
.include "lib/fill16384.inc"
far:	jset32 %r1, %r2, near
	ja -32769
	exit
