# SPDX-License-Identifier: BSD-2-Clause
.map hits, type=array, key=4, value=8, entries=1
.prog p, "socket"
	call hits
	call q
	call swice
	call twice
	r1 = q ll
	exit
.prog q, "socket"
	call twise
	call inner
	exit
inner:	exit
.prog twice, ".text"
	exit
.prog inner, ".text"
	exit
.prog map_lookup_elem, ".text"
	exit
