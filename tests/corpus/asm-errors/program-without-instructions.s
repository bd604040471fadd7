.prog a, "socket"
.prog b, "socket"
	exit
