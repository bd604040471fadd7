.prog p, "socket"
	r1 = 5 
	r2 = ä
	@r1 = {
	exit
