.prog p, "socket"
	r0 = 1
l:	goto l
	exit