# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	call map_lookup_elm
	call bpf_map_updaet_elem
	call subfunc
	call map_lookup_elem#2
	call r1
	call 0x100000000
	exit
subfun:	exit
