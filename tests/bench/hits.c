/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hits A.o B.o: nanoseconds per hit of two programs, by the kernel's own
 * run-time counters, attached in turn to the same uprobe in this process.
 * Prints the median of ROUNDS rounds for A, for B, and their ratio.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../loader/ladder.h"
#include "../../syscall/sys.h"

#define ROUNDS 15
#define HITS 20000

__attribute__((noinline, used)) void copy(void *to, const void *from, size_t n);
void copy(void *to, const void *from, size_t n)
{
	__asm__ volatile("" : : "r"(to), "r"(from), "r"(n) : "memory");
}

static void say(void *arg, const struct rawbpf_diag *d)
{
	rawbpf_print_diag(arg, d);
}

/* The same sizes in every round: one of each row, and some beyond the last. */
static void workload(void)
{
	static char from[1], to[1];

	for (unsigned i = 0; i < HITS; i++)
		copy(to, from, i * 37 % 1200);
}

static double ns_per_hit(const char *path)
{
	const struct rawbpf_sink sink = { say, stderr };
	const struct rawbpf_who who = { getpid(), true };
	struct rawbpf_running run;
	struct rawbpf_prog_info before, after;
	uint32_t len;
	struct rawbpf_obj *obj;
	int stats;

	if (rawbpf_obj_read_file(&obj, path, &sink) ||
		rawbpf_start(&run, obj, "uprobe:/proc/self/exe:copy:3", &who, NULL, &sink))
		exit(1);
	workload(); /* warm: the classic version adds its keys here */
	stats = rawbpf_enable_stats(RAWBPF_STATS_RUN_TIME);
	if (stats < 0) {
		fprintf(stderr, "BPF_ENABLE_STATS: %s\n", strerror(-stats));
		exit(1);
	}
	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	len = sizeof(before);
	rawbpf_obj_get_info_by_fd(run.loaded->prog_fds[0], &before, &len);
	workload();
	len = sizeof(after);
	rawbpf_obj_get_info_by_fd(run.loaded->prog_fds[0], &after, &len);
	rawbpf_sys_close(stats);
	rawbpf_stop(&run);
	rawbpf_obj_free(obj);
	if (after.run_cnt - before.run_cnt != HITS) {
		fprintf(stderr, "%s: %llu hits were counted, not %d\n", path,
			(unsigned long long)(after.run_cnt - before.run_cnt), HITS);
		exit(1);
	}
	return (double)(after.run_time_ns - before.run_time_ns) / HITS;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	double a[ROUNDS], b[ROUNDS];

	if (argc != 3)
		return 2;
	for (int i = 0; i < ROUNDS; i++) { /* in turn, so that noise falls on both */
		a[i] = ns_per_hit(argv[1]);
		b[i] = ns_per_hit(argv[2]);
	}
	qsort(a, ROUNDS, sizeof(*a), by_value);
	qsort(b, ROUNDS, sizeof(*b), by_value);
	printf("%.1f %.1f %.2f\n", a[ROUNDS / 2], b[ROUNDS / 2], a[ROUNDS / 2] / b[ROUNDS / 2]);
	return 0;
}
