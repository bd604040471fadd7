.prog p, "socket"
.include "include-of-itself.s"
	exit
