# SPDX-License-Identifier: BSD-2-Clause
	jeq %r1, 0, NOT_A_LABEL
	ja ned
	jal ned
	call local fnuc
	call local map_lookup_elem
	call map_lookup_elm
	call helper get_current_pid
end:	mov %r0, 0
func:	exit
