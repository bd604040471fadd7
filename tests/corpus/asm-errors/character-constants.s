.prog p, "socket"
	w1 = 'ab'
	w1 = ''
	w1 = '
	w1 = '\q'
	exit
