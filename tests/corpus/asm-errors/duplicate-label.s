.prog p, "socket"
again:	r1 = 1
again:	exit
