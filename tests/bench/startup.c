/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * startup TEXT -- OURS... -- PEER...: microseconds from starting each command
 * until OURS prints TEXT on standard error (it is ended then), and until PEER
 * exits. Interleaved; prints both medians and their ratio.
 * "{}" in PEER's words becomes a number that is new in each round.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 41

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* posix_spawn, because what fork() costs is neither side's. */
static pid_t start(char **argv, int err)
{
	posix_spawn_file_actions_t files;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&files, 0, 1);
	posix_spawn_file_actions_adddup2(&files, err < 0 ? 0 : err, 2);
	if (posix_spawnp(&pid, argv[0], &files, NULL, argv, environ)) {
		fprintf(stderr, "cannot start %s\n", argv[0]);
		exit(1);
	}
	posix_spawn_file_actions_destroy(&files);
	return pid;
}

static double until_text(char **argv, const char *text)
{
	char buf[4096];
	size_t len = 0;
	double t, end = 0;
	ssize_t n;
	pid_t pid;
	int p[2];

	if (pipe2(p, O_CLOEXEC))
		exit(1);
	t = now();
	pid = start(argv, p[1]);
	close(p[1]);
	while (len < sizeof(buf) - 1 && (n = read(p[0], buf + len, sizeof(buf) - 1 - len)) > 0) {
		len += n;
		buf[len] = 0;
		if (strstr(buf, text)) {
			end = now();
			break;
		}
	}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	close(p[0]);
	if (!end) {
		fprintf(stderr, "%s never said \"%s\":\n%.*s", argv[0], text, (int)len, buf);
		exit(1);
	}
	return end - t;
}

static double until_exit(char **argv, int round)
{
	static char numbered[256];
	char *words[64];
	int status, i;
	double t;

	for (i = 0; argv[i] && i < 63; i++) {
		char *hole = strstr(argv[i], "{}");

		words[i] = argv[i];
		if (hole) {
			snprintf(numbered, sizeof(numbered), "%.*s%d%s", (int)(hole - argv[i]),
				argv[i], round, hole + 2);
			words[i] = numbered;
		}
	}
	words[i] = NULL;
	t = now();
	waitpid(start(words, -1), &status, 0);
	t = now() - t;
	if (status) {
		fprintf(stderr, "%s: exit status %#x\n", argv[0], status);
		exit(1);
	}
	return t;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	double ours[ROUNDS], peer[ROUNDS];
	int second = 3;

	while (second < argc && strcmp(argv[second], "--"))
		second++;
	if (argc < 6 || second >= argc - 1 || strcmp(argv[2], "--"))
		return 2;
	argv[second] = NULL;
	for (int i = 0; i < ROUNDS; i++) {
		ours[i] = until_text(argv + 3, argv[1]);
		peer[i] = until_exit(argv + second + 1, i);
	}
	qsort(ours, ROUNDS, sizeof(*ours), by_value);
	qsort(peer, ROUNDS, sizeof(*peer), by_value);
	printf("%.0f %.0f %.2f\n", ours[ROUNDS / 2], peer[ROUNDS / 2],
		ours[ROUNDS / 2] / peer[ROUNDS / 2]);
	return 0;
}
