# SPDX-License-Identifier: BSD-2-Clause
# before it, after it, and with two of them
jeq %r1, 0, exit
mov %r0, 1
exit
mov %r0, 2
ja exit
exit
