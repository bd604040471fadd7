/* SPDX-License-Identifier: BSD-2-Clause */
/* rawbpf asm: a file of text becomes an object file. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "classic.h"

#define MAX_OPTIONS 64

struct args {
	const char *in, *out, *format;
	struct rawbpf_asm_opts opts;
	const char *dirs[MAX_OPTIONS], *defines[MAX_OPTIONS];
};

static int usage(FILE *to)
{
	fputs("usage: rawbpf asm FILE.s [-o FILE.o] [-I DIR]... [-D NAME[=VALUE]]... [--arch ARCH] "
	      "[-EB | -EL] [-f FORMAT [--prog NAME]] [--dialect NAME]\n"
	      "       rawbpf asm [--classic] FILE [-f FORMAT] [--for seccomp | --no-check] [-o "
	      "FILE] "
	      "...\n"
	      "  -o FILE.o        what to write (default: FILE.s with .o, .bin with -f raw; -: "
	      "standard output)\n"
	      "  -I DIR           look for .include files there, too\n"
	      "  -D NAME=VALUE    define a constant, as .equ does\n"
	      "  --arch ARCH      x86_64, i386, arm64, arm, riscv64, s390x, ... (default: this "
	      "machine's)\n"
	      "  -f FORMAT        elf (default), or one program's instructions: raw, hex, c, "
	      "json\n"
	      "  --prog NAME      which program\n"
	      "  --dialect NAME   pseudoc, gnu or conformance (default: .dialect, or what the "
	      "first instruction is)\n"
	      "  -EB, -EL         big or little endian (default: that of ARCH)\n"
	      "Classic BPF (recognised by its first instruction):\n"
	      "  --classic        the file is classic BPF, whatever it looks like\n"
	      "  -f FORMAT        decimal (the default), tcpdump, tcpdump-dd, c, raw, hex\n"
	      "  --for seccomp    check it against seccomp's rules, too\n"
	      "  --no-check       do not check what the kernel would refuse\n"
	      "  --to-ebpf        convert to extended BPF: a socket filter, as object or -f raw, "
	      "hex, c, json\n"
	      "  -o FILE          (default: standard output)\n",
		to);
	return to == stdout ? 0 : 2;
}

static int bad_usage(const char *what, const char *arg)
{
	fprintf(stderr, "rawbpf asm: %s%s%s\n", what, arg ? " " : "", arg ? arg : "");
	return usage(stderr);
}

static int set_endian(struct args *args, const char *which)
{
	if (strcmp(which, "B") && strcmp(which, "L"))
		return bad_usage("byte order is -EB or -EL, not -E", which);
	args->opts.endian = *which == 'B' ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE;
	return 0;
}

static int set_target(struct args *args, const char *what)
{
	if (!strcmp(what, "seccomp"))
		args->opts.check = RAWBPF_ASM_FOR_SECCOMP;
	else if (!strcmp(what, "socket"))
		args->opts.check = RAWBPF_ASM_FOR_SOCKET;
	else
		return bad_usage("--for takes socket or seccomp, not", what);
	return 0;
}

static const struct format {
	const char *name, *suffix; /* NULL: to standard output */
} formats[] = {
	[RAWBPF_ASM_ELF] = { "elf", ".o" },
	[RAWBPF_ASM_RAW] = { "raw", ".bin" },
	[RAWBPF_ASM_HEX] = { "hex", NULL },
	[RAWBPF_ASM_C] = { "c", NULL },
	[RAWBPF_ASM_JSON] = { "json", NULL },
};

/* A name that only one of the two instruction sets knows may be the right one still. */
static int set_format(struct args *args, const char *name)
{
	args->format = name;
	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (strcmp(name, formats[i].name))
			continue;
		args->opts.format = i;
		return 0;
	}
	if (rawbpf_classic_format(name) >= 0)
		return 0;
	return bad_usage("-f takes elf, raw, hex, c or json (and for classic BPF decimal, tcpdump, "
			 "tcpdump-dd, c, raw or hex), not",
		name);
}

/* 0, or the exit status + 1: 1 after --help, 3 after wrong usage. */
static int parse(struct args *args, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "arch", required_argument, NULL, 'a' },
		{ "dialect", required_argument, NULL, 'd' },
		{ "format", required_argument, NULL, 'f' },
		{ "prog", required_argument, NULL, 'p' },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ "classic", no_argument, NULL, 'c' },
		{ "for", required_argument, NULL, 'F' },
		{ "no-check", no_argument, NULL, 'n' },
		{ "to-ebpf", no_argument, NULL, 'e' },
		{ 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "o:I:D:E:f:h", longs, NULL)) != -1) {
		switch (c) {
		case 'o':
			args->out = optarg;
			break;
		case 'a':
			args->opts.arch = optarg;
			break;
		case 'p':
			args->opts.prog = optarg;
			break;
		case 'd':
			args->opts.dialect = optarg;
			break;
		case 'I':
			if (args->opts.ninclude_dirs == MAX_OPTIONS)
				return bad_usage("too many -I", NULL) + 1;
			args->dirs[args->opts.ninclude_dirs++] = optarg;
			break;
		case 'D':
			if (args->opts.ndefines == MAX_OPTIONS)
				return bad_usage("too many -D", NULL) + 1;
			args->defines[args->opts.ndefines++] = optarg;
			break;
		case 'E':
			if (set_endian(args, optarg))
				return 3;
			break;
		case 'c':
			args->opts.classic = true;
			break;
		case 'n':
			args->opts.check = RAWBPF_ASM_UNCHECKED;
			break;
		case 'e':
			args->opts.to_ebpf = true;
			break;
		case 'F':
			if (set_target(args, optarg))
				return 3;
			break;
		case 'f':
			if (set_format(args, optarg))
				return 3;
			break;
		case 'h':
			return usage(stdout) + 1;
		default:
			return usage(stderr) + 1;
		}
	}
	if (optind == argc)
		return bad_usage("which file?", NULL) + 1;
	if (argc - optind > 1)
		return bad_usage("one file at a time; what is", argv[optind + 1]) + 1;
	if (args->opts.prog && args->opts.format == RAWBPF_ASM_ELF)
		return bad_usage("--prog chooses for -f raw, hex, c and json; an object has all",
			       NULL) +
		       1;
	if (args->opts.to_ebpf && args->opts.check != RAWBPF_ASM_FOR_SOCKET)
		return bad_usage("--to-ebpf makes socket filters, and only of what they may be: "
				 "there is no --for seccomp and no --no-check",
			       NULL) +
		       1;
	if (args->opts.to_ebpf && args->opts.dialect)
		return bad_usage("--dialect is for extended BPF, --to-ebpf is for classic BPF",
			       NULL) +
		       1;
	args->in = argv[optind];
	args->opts.include_dirs = args->dirs;
	args->opts.defines = args->defines;
	return 0;
}

static int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int complain(const char *path, int err)
{
	fprintf(stderr, "%s: error: cannot write: %s\n", path, strerror(-err));
	return 1;
}

/* A device or a pipe is written to; renaming a file over /dev/null would be a bad joke. */
static int write_special(const char *path, const void *data, size_t len)
{
	bool standard = !strcmp(path, "-");
	FILE *f = standard ? stdout : fopen(path, "we");
	int err;

	if (!f)
		return complain(path, -errno);
	err = write_all(fileno(f), data, len);
	if (!standard && fclose(f) && !err)
		err = -errno;
	return err ? complain(path, err) : 0;
}

/* Beside the old file, then in its place: there is never half an object. */
static int write_file(const char *path, const void *data, size_t len)
{
	size_t n = strlen(path) + sizeof(".XXXXXX");
	char *temp = malloc(n);
	mode_t mask = umask(0);
	int fd, err;

	umask(mask);
	if (!temp)
		return complain(path, -ENOMEM);
	snprintf(temp, n, "%s.XXXXXX", path);
	fd = mkstemp(temp);
	if (fd < 0) {
		err = -errno;
		free(temp);
		return complain(path, err);
	}
	err = write_all(fd, data, len);
	if (!err && fchmod(fd, 0666 & ~mask))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(temp, path))
		err = -errno;
	if (err)
		unlink(temp);
	free(temp);
	return err ? complain(path, err) : 0;
}

static bool same_file(const struct stat *x, const struct stat *y)
{
	return S_ISREG(x->st_mode) && x->st_dev == y->st_dev && x->st_ino == y->st_ino;
}

static bool is_source(const char *out, const char *in)
{
	struct stat to, from;

	return strcmp(in, "-") && strcmp(out, "-") && !stat(out, &to) && !stat(in, &from) &&
	       same_file(&to, &from);
}

static int write_output(const char *path, const void *data, size_t len)
{
	struct stat st, standard;
	char *real;
	int rc;

	if (!strcmp(path, "-") ||
		(!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return write_special(path, data, len);
	/* /dev/stdout, when that is a file: what it holds already is not ours. */
	if (!stat(path, &st) && !fstat(STDOUT_FILENO, &standard) && same_file(&st, &standard))
		return write_special("-", data, len);
	/* A symbolic link stays one. */
	real = realpath(path, NULL);
	rc = write_file(real ? real : path, data, len);
	free(real);
	return rc;
}

/* FILE.s -> FILE.o; the caller frees it. */
static char *default_output(const char *in, const char *suffix)
{
	size_t n = strlen(in);
	char *out = malloc(n + strlen(suffix) + 1);

	if (!out)
		return NULL;
	if (n > 2 && !strcmp(in + n - 2, ".s"))
		n -= 2;
	memcpy(out, in, n);
	strcpy(out + n, suffix);
	return out;
}

static int write_classic(const struct args *args, const struct rawbpf_classic_insn *insns, size_t n)
{
	int rc, format = rawbpf_classic_format(args->format ? args->format : "decimal");
	char *text;
	size_t len;

	if (format < 0)
		return bad_usage("classic BPF has no format", args->format);
	if (args->out && is_source(args->out, args->in))
		return bad_usage("the output would replace its source", args->in);
	rc = rawbpf_classic_write(insns, n, (enum rawbpf_classic_format)format,
		rawbpf_asm_big_endian(&args->opts), &text, &len);
	if (rc)
		return complain(args->in, rc);
	rc = write_output(args->out ? args->out : "-", text, len);
	free(text);
	return rc;
}

static int write_object(const struct args *args, const void *elf, size_t len)
{
	const struct format *format = &formats[args->opts.format];
	char *by_default = NULL;
	const char *out = args->out;
	int rc;

	if (args->format && strcmp(args->format, format->name))
		return bad_usage(
			"this is extended BPF, which has -f elf, raw, hex, c and json, not -f",
			args->format);
	if (!out && !format->suffix)
		out = "-";
	if (!out && !strcmp(args->in, "-"))
		return bad_usage("standard input needs -o FILE", NULL);
	if (!out)
		out = by_default = default_output(args->in, format->suffix);
	if (!out)
		return complain(args->in, -ENOMEM);
	if (is_source(out, args->in))
		rc = bad_usage("the output would replace its source", args->in);
	else
		rc = write_output(out, elf, len);
	free(by_default);
	return rc;
}

int rawbpf_cmd_asm(int argc, char **argv)
{
	const struct rawbpf_sink sink = { rawbpf_print_diag, stderr };
	struct rawbpf_classic_insn *insns;
	struct args args = { 0 };
	void *elf;
	size_t len, n;
	int rc = parse(&args, argc, argv);

	if (rc)
		return rc - 1;
	if (rawbpf_asm_either_file(args.in, &args.opts, &elf, &len, &insns, &n, &sink))
		return 1;
	rc = insns ? write_classic(&args, insns, n) : write_object(&args, elf, len);
	free(insns);
	free(elf);
	return rc;
}
