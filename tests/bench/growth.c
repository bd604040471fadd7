/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * growth labels|functions: milliseconds to assemble ten times as much, to
 * assemble once as much, and their ratio: 10 where the cost is linear.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../asm/asm.h"

#define ROUNDS 9
#define ONCE 20000

/* Every label is defined and jumped to. */
static size_t labels(char *text, size_t room, size_t i)
{
	return (size_t)snprintf(
		text, room, "label_%zu: if r%zu != %zu goto label_%zu\n", i, i % 10, i, i ^ 1);
}

/* All of them on one line. */
static size_t functions(char *text, size_t room, size_t i)
{
	return (size_t)snprintf(text, room, "call f%zu; f%zu: exit; ", i, i);
}

static double milliseconds(size_t (*line)(char *, size_t, size_t), size_t n)
{
	size_t len, elf_len, room = n * 64 + 64;
	char *text = malloc(room);
	struct timespec a, b;
	void *elf;

	if (!text)
		exit(1);
	len = (size_t)snprintf(text, room, ".prog p, \"s\"\n");
	for (size_t i = 0; i < n; i++)
		len += line(text + len, room - len, i);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	if (rawbpf_asm_text(text, len, "growth", NULL, &elf, &elf_len, NULL))
		exit(1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	free(elf);
	free(text);
	return (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
}

static double best(size_t (*line)(char *, size_t, size_t), size_t n)
{
	double least = milliseconds(line, n);

	for (int i = 1; i < ROUNDS; i++) {
		double t = milliseconds(line, n);

		if (t < least)
			least = t;
	}
	return least;
}

int main(int argc, char **argv)
{
	size_t (*line)(char *, size_t, size_t);
	double once, ten;

	if (argc != 2)
		return 2;
	line = strcmp(argv[1], "labels") ? functions : labels;
	once = best(line, ONCE);
	ten = best(line, 10 * ONCE);
	printf("%.1f %.1f %.2f\n", ten, once, ten / once);
	return 0;
}
