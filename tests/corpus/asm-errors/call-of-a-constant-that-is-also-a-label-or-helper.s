# SPDX-License-Identifier: BSD-2-Clause
.equ loop, 5
.equ ktime_get_ns, 7
.equ map_lookup_elem, 1
.prog p, "socket"
	call loop
	call ktime_get_ns
	call map_lookup_elem
	exit
loop:	exit
.prog q, "socket"
later:	exit
.equ later, 5
