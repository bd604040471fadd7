.prog p, "socket"
.include "lib/error.inc"
	exit