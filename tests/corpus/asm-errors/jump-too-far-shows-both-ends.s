# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
.include "lib/fill8192.inc"
near:	if r1 == 0 goto far
	may_goto far
	goto far
	gotol far
.include "lib/fill8192.inc"
.include "lib/fill8192.inc"
.include "lib/fill8192.inc"
.include "lib/fill8192.inc"
far:	if r1 == 0 goto near
	if r1 == 0 goto -32769
	exit
