.prog p, "socket"
	if r1 == 0 goto nowhere
	goto uot
	gotol x
out:	exit
