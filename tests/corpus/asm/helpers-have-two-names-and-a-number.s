# SPDX-License-Identifier: BSD-2-Clause
.equ MINE, 14
.prog p, "socket"
	call map_lookup_elem
	call bpf_map_lookup_elem
	call 1
	call trace_printk		# 6
	call cgrp_storage_delete	# 211, the last of Linux 7.2
	call MINE + 1			# 15
	call unheard_of#300		# a kernel newer than the table
	exit
