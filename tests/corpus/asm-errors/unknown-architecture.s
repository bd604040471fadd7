# args: --arch arm65
.prog p, "socket"
	exit
