.prog p, "socket"
	exit /* and so on
