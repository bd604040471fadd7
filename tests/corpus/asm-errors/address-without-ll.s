# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	r1 = sizes
	r1 = typo
	r1 = siezs ll
	w1 = sizes ll
	r1 = sizes l
	r1 = p ll
	r1 += sizes
	exit
.map sizes, type=hash, key=4, value=8, entries=1
	r1 = sizes
	r1 += sizes
