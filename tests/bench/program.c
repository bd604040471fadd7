/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * program llvm|gnu|rawbpf|classic SLOTS: a program to measure with, the same for each
 * assembler, in its words: arithmetic, memory, jumps to labels, 64-bit loads and calls in
 * about the mix of real ones, with some comments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One line a row: what LLVM and we read, what gas 2.40 reads; %d becomes a number that varies. */
static const struct {
	const char *llvm, *gnu;
	unsigned slots;
} rows[] = {
	{ "r1 = %d", "mov %%r1,%d", 1 },
	{ "r2 = r1", "mov %%r2,%%r1", 1 },
	{ "r2 += %d", "add %%r2,%d", 1 },
	{ "w3 = %d", "mov32 %%r3,%d", 1 },
	{ "w3 <<= 4", "lsh32 %%r3,4", 1 },
	{ "r3 s>>= 2", "arsh %%r3,2", 1 },
	{ "*(u64 *)(r10 - 8) = r1", "stxdw [%%r10+-8],%%r1", 1 },
	{ "r4 = *(u64 *)(r10 - 8)", "ldxdw %%r4,[%%r10+-8]", 1 },
	{ "r5 = *(u32 *)(r10 - 16)", "ldxw %%r5,[%%r10+-16]", 1 },
	{ "*(u32 *)(r10 - 16) = %d", "stw [%%r10+-16],%d", 1 },
	{ "r4 ^= r5", "xor %%r4,%%r5", 1 },
	{ "r0 = *(u8 *)(r4 + 14)", "ldxb %%r0,[%%r4+14]", 1 },
	{ "r0 = be16 r0", "endbe %%r0,16", 1 },
	{ "r6 = %d ll", "lddw %%r6,%d", 2 },
	{ "r6 &= r0", "and %%r6,%%r0", 1 },
	{ "call 5", "call 5", 1 },
	{ "w7 = w0", "mov32 %%r7,%%r0", 1 },
	{ "r7 |= %d", "or %%r7,%d", 1 },
	{ "r8 = -r8", "neg %%r8", 1 },
	{ "r9 *= r7", "mul %%r9,%%r7", 1 },
};

#define NROWS (sizeof(rows) / sizeof(rows[0]))

/* Every tenth slot or so has a label, which a jump before it goes to. */
static void extended(unsigned long slots, int gnu)
{
	unsigned long slot = 0, n = 0;

	for (unsigned i = 0; slot + 4 < slots; i++) {
		if (i % 10 == 9) {
			printf(gnu ? "\tjne %%r1,%u,l%lu\n" : "\tif r1 != %u goto l%lu\n", i % 1000,
				n + 1);
			printf(gnu ? "\tmov %%r0,0\nl%lu:\n" : "\tr0 = 0\nl%lu:\n", ++n);
			slot += 2;
		}
		if (i % 20 == 13)
			printf("%s what comes next\n", gnu ? "\t;" : "\t//");
		putchar('\t');
		printf(gnu ? rows[i % NROWS].gnu : rows[i % NROWS].llvm, (int)(i * 7919 % 1000000));
		putchar('\n');
		slot += rows[i % NROWS].slots;
	}
	printf(gnu ? "\tmov %%r0,0\n\texit\n" : "\tr0 = 0\n\texit\n");
}

/* A label for each fourth instruction: with 4096 of them, about 1,000. */
static void classic(unsigned long slots)
{
	for (unsigned long i = 0; i + 4 < slots; i += 4)
		printf("\tldh [%lu]\n\tjeq #%lu, label_%lu, label_%lu\n\tadd #%lu\n"
		       "label_%lu:\tst M[%lu]\n",
			i % 1500, i, i, i, i, i, i % 16);
	printf("\tret #1\n");
}

int main(int argc, char **argv)
{
	unsigned long slots = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;

	if (!slots)
		return 2;
	if (!strcmp(argv[1], "classic"))
		classic(slots);
	else if (!strcmp(argv[1], "rawbpf"))
		puts(".prog p, \"socket\"");
	else
		puts("\t.section socket,\"ax\",@progbits");
	if (strcmp(argv[1], "classic") != 0)
		extended(slots, !strcmp(argv[1], "gnu"));
	return ferror(stdout);
}
