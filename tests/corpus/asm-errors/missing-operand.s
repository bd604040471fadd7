# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 +=
	r1 =
	if r1 == goto out
	if r1 goto out
	goto
	call
	*(u32 *)(r1) =
	r1
out:	exit
