# SPDX-License-Identifier: BSD-2-Clause
	mov %r0, 1
	lock
	lock fetch
	lock or [%r10-8]
	lock ad [%r10-8], %r1
	lock add64 [%r10-8], %r1
	lock fetch xadd [%r10-8], %r1
	lock [%r10-8], %r1
	exit
