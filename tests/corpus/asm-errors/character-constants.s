# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	w1 = 'ab'
	w1 = ''
	w1 = '
	w1 = '\q'
	exit
