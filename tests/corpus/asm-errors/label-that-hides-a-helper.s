# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	call map_lookup_elem
	exit
map_lookup_elem:
	exit
