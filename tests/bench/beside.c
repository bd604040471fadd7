/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * beside time|memory ROUNDS -- OURS... -- PEER... [-- OURS... -- PEER...]: runs two commands in
 * turn and prints the medians of both and their ratio: milliseconds of CPU, or KiB of memory
 * at the peak. What a third and a fourth command take is taken off: with an input that is as
 * good as empty, that is the start of the process. Their output goes nowhere.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_ROUNDS 200

static double ms(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

/* Less than 0: it failed. */
static double run(char **argv, int memory)
{
	struct rusage used;
	int status;
	pid_t pid = vfork(); /* so that our memory is not counted as the command's */

	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(*argv, argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || status) {
		fprintf(stderr, "beside: %s fails\n", *argv);
		return -1;
	}
	return memory ? (double)used.ru_maxrss : ms(used.ru_utime) + ms(used.ru_stime);
}

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;

	return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
	static double seen[4][MAX_ROUNDS];
	char **command[4];
	int n = 0, memory, rounds;
	double median[4] = { 0 };

	if (argc < 6)
		return 2;
	memory = !strcmp(argv[1], "memory");
	rounds = atoi(argv[2]);
	for (int i = 3; i < argc && n < 4; i++)
		if (!strcmp(argv[i], "--")) {
			argv[i] = NULL;
			command[n++] = argv + i + 1;
		}
	if (n < 2 || rounds < 1 || rounds > MAX_ROUNDS)
		return 2;
	for (int round = 0; round < rounds; round++)
		for (int k = 0; k < n; k++) {
			seen[k][round] = run(command[k], memory);
			if (seen[k][round] < 0)
				return 1;
		}
	for (int k = 0; k < n; k++) {
		qsort(seen[k], (size_t)rounds, sizeof(double), ascending);
		median[k] = seen[k][rounds / 2];
	}
	for (int k = 2; k < n; k++)
		median[k - 2] -= median[k];
	printf("%.2f %.2f %.3f\n", median[0], median[1], median[0] / median[1]);
	return 0;
}
