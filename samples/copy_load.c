/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A workload that copies memory, so that the demo's table has numbers in it.
 *
 *	copy_load SECONDS	memcpy() of many sizes, and the same bytes through a
 *				socket pair (copies between user space and the kernel), until
 *				SECONDS pass
 *	copy_load exact		calls copy() with known sizes, once through: expected counts
 *	copy_load threads N	4 threads that each copy 64 bytes N times: do rows lose counts?
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static unsigned char from[4096], to[4096];

/* A function of our own to probe: libc's memcpy is also called behind our back. */
__attribute__((noinline)) void *copy(void *dst, const void *src, size_t n);
void *copy(void *dst, const void *src, size_t n)
{
	void *r = memcpy(dst, src, n);

	__asm__ volatile("" : : "r"(r) : "memory");
	return r;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Small copies are the most frequent ones, as in real programs. */
static size_t next_size(void)
{
	static unsigned seed = 1;

	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % (16U << (seed >> 29));
}

static void until(double seconds)
{
	double end = now() + seconds;
	int p[2];

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, p)) {
		perror("socketpair");
		exit(1);
	}
	while (now() < end) {
		size_t n = next_size() + 1;

		copy(to, from, n);
		if (write(p[1], from, n) != (ssize_t)n || read(p[0], to, n) != (ssize_t)n) {
			perror("socketpair");
			exit(1);
		}
		usleep(100);
	}
}

static void exact(void)
{
	static const size_t sizes[] = { 0, 1, 63, 64, 65, 128, 512, 1000, 1024, 1025, 4096 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (size_t times = 0; times <= i; times++)
			copy(to, from, sizes[i]);
}

static void *one_thread(void *times)
{
	unsigned char mine[64];

	for (long n = *(long *)times; n; n--)
		copy(mine, from, sizeof(mine));
	return NULL;
}

static int threads(long times)
{
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&thread[i], NULL, one_thread, &times))
			return 1;
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "exact"))
		exact();
	else if (argc == 2 && atof(argv[1]) > 0)
		until(atof(argv[1]));
	else if (argc == 3 && !strcmp(argv[1], "threads") && atol(argv[2]) > 0)
		return threads(atol(argv[2]));
	else
		return fprintf(stderr, "usage: copy_load SECONDS | exact | threads N\n"), 2;
	return 0;
}
