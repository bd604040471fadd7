# SPDX-License-Identifier: BSD-2-Clause
mov %r0, 5#five
add %r0, 1#one
call 5#not a helper's number
exit#
