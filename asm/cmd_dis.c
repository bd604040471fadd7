/* SPDX-License-Identifier: BSD-2-Clause */
/* rawbpf dis: an object becomes text on standard output. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dis.h"

static int usage(FILE *to)
{
	fputs("usage: rawbpf dis FILE [-f elf|raw|hex|c] [--source] [--raw] [--dialect "
	      "llvm|kernel] "
	      "[-EB | -EL]\n"
	      "  FILE             an object, or instructions alone (-: standard input)\n"
	      "  -f FORMAT        what FILE is: elf, raw, hex or c (default: by its content)\n"
	      "  --source         source lines as comments, where the object has them\n"
	      "  --raw            the bytes of each instruction as a comment\n"
	      "  --dialect NAME   llvm: text that 'rawbpf asm' takes (default);\n"
	      "                   kernel: as the verifier prints it\n"
	      "  -EB, -EL         big or little endian, where FILE is not ELF (default: this "
	      "machine's)\n",
		to);
	return to == stdout ? 0 : 2;
}

static int bad_usage(const char *what, const char *arg)
{
	fprintf(stderr, "rawbpf dis: %s%s%s\n", what, arg ? " " : "", arg ? arg : "");
	return usage(stderr);
}

/* The index of `word` among `n`, or -1. */
static int choose(const char *word, const char *const *words, int n)
{
	for (int i = 0; i < n; i++)
		if (!strcmp(word, words[i]))
			return i;
	return -1;
}

/* One option; 0, or as parse(). */
static int set(struct rawbpf_dis_opts *opts, int c, const char *arg)
{
	static const char *const formats[] = { "elf", "raw", "hex", "c" };
	static const char *const dialects[] = { "llvm", "kernel" };
	static const char *const orders[] = { "L", "B" };
	int i;

	switch (c) {
	case 'f':
		i = choose(arg, formats, 4);
		opts->format = (unsigned)i + RAWBPF_DIS_ELF;
		return i < 0 ? bad_usage("formats are elf, raw, hex and c, not", arg) + 1 : 0;
	case 'd':
		i = choose(arg, dialects, 2);
		opts->kernel = i == 1;
		return i < 0 ? bad_usage("dialects are llvm and kernel, not", arg) + 1 : 0;
	case 'E':
		i = choose(arg, orders, 2);
		opts->endian = (unsigned)i + RAWBPF_DIS_LITTLE;
		return i < 0 ? bad_usage("byte order is -EB or -EL, not -E", arg) + 1 : 0;
	case 's':
		opts->source = true;
		return 0;
	case 'r':
		opts->bytes = true;
		return 0;
	case 'h':
		return usage(stdout) + 1;
	default:
		return usage(stderr) + 1;
	}
}

/* 0, or the exit status + 1: 1 after --help, 3 after wrong usage. */
static int parse(struct rawbpf_dis_opts *opts, const char **file, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "dialect", required_argument, NULL, 'd' },
		{ "source", no_argument, NULL, 's' },
		{ "raw", no_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, rc;

	optind = 1;
	while ((c = getopt_long(argc, argv, "f:E:h", longs, NULL)) != -1) {
		rc = set(opts, c, optarg);
		if (rc)
			return rc;
	}
	if (optind == argc)
		return bad_usage("which file?", NULL) + 1;
	if (argc - optind > 1)
		return bad_usage("one file at a time; what is", argv[optind + 1]) + 1;
	*file = argv[optind];
	return 0;
}

int rawbpf_cmd_dis(int argc, char **argv)
{
	const struct rawbpf_sink sink = { rawbpf_print_diag, stderr };
	struct rawbpf_dis_opts opts = { 0 };
	const char *file = NULL;
	char *text = NULL;
	size_t len;
	int rc = parse(&opts, &file, argc, argv);

	if (rc)
		return rc - 1;
	if (rawbpf_dis_file(file, &opts, &text, &len, &sink) < 0)
		return 1;
	rc = fwrite(text, 1, len, stdout) != len || fflush(stdout);
	if (rc)
		fprintf(stderr, "rawbpf dis: cannot write: %s\n", strerror(errno));
	free(text);
	return rc;
}
