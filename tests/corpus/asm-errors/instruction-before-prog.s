start:	r1 = 1
	r2 = 2
	exit
