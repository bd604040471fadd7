# SPDX-License-Identifier: BSD-2-Clause
.prog p, "socket"
	goto +2
	goto -3
	goto end
	goto +1
	call pc+7
	exit
end:
