# SPDX-License-Identifier: BSD-2-Clause
add:	ja call
mov:	jne %r1, 0, add
call:	exit
