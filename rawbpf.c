/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tool: verbs in a table. Here, and only here, asm/ and loader/ meet: the
 * assembler hands ELF bytes to the loader.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "asm/asm.h"
#include "asm/dis.h"
#include "loader/cmd.h"
#include "loader/narrate.h"
#include "syscall/sys.h"

/* ---- narration: the door calls rawbpf_sys_saw, which a tool may define ------------- */

static bool narrating;

static void narrate_line(void *arg, const char *text)
{
	(void)arg;
	fflush(stdout); /* keeps the story in order where both go to one place */
	fprintf(stderr, "%s\n", text);
}

void rawbpf_sys_saw(const struct rawbpf_sys_event *event)
{
	if (narrating)
		rawbpf_narrate(narrate_line, NULL, event);
}

static void narrate(void)
{
	narrating = true;
}

/* ---- objects ----------------------------------------------------------------------- */

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

static int read_object(struct rawbpf_obj **out, const char *path, const struct rawbpf_sink *sink)
{
	void *elf;
	size_t len;
	int err;

	if (ends_in(path, ".c"))
		return rawbpf_error(sink, -ENOEXEC, path,
			"C is compiled first: clang -O2 -g -target bpf -c %s -o FILE.o", path);
	if (!ends_in(path, ".s") && !ends_in(path, ".S"))
		return rawbpf_obj_read_file(out, path, sink);
	err = rawbpf_asm_file(path, NULL, &elf, &len, sink);
	if (err)
		return err;
	err = rawbpf_obj_read_mem(out, elf, len, path, sink);
	free(elf);
	return err;
}

static const struct rawbpf_tool tool = { .read_object = read_object, .narrate = narrate };

/* ---- verbs --------------------------------------------------------------------------- */

static int verb_asm(int argc, char **argv)
{
	return rawbpf_cmd_asm(argc, argv);
}

static int verb_dis(int argc, char **argv)
{
	return rawbpf_cmd_dis(argc, argv);
}

static int verb_run(int argc, char **argv)
{
	return rawbpf_cmd_run(argc, argv, &tool);
}

static int verb_help(int argc, char **argv);

static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} verbs[] = {
	{ "asm", verb_asm, "assemble text to an ELF object" },
	{ "dis", verb_dis, "disassemble an object, or instructions alone, to text" },
	{ "run", verb_run, "load, attach, and print maps and events until told to stop" },
	{ "help", verb_help, "help on a verb: rawbpf help VERB" },
};
#define NVERBS (sizeof(verbs) / sizeof(*verbs))

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < NVERBS; i++)
		if (!strcmp(name, verbs[i].name))
			return &verbs[i];
	return NULL;
}

static int no_such_verb(const char *name)
{
	fprintf(stderr, "rawbpf: no verb \"%s\"; there is:", name);
	for (size_t i = 0; i < NVERBS; i++)
		fprintf(stderr, " %s", verbs[i].name);
	fputc('\n', stderr);
	return 2;
}

static void list_verbs(FILE *out)
{
	fputs("usage: rawbpf VERB [ARG...]\n\n", out);
	for (size_t i = 0; i < NVERBS; i++)
		fprintf(out, "  %-6s %s\n", verbs[i].name, verbs[i].help);
	fputs("\nrawbpf --version prints the version.\n", out);
}

static int verb_help(int argc, char **argv)
{
	const struct verb *v = argc > 1 ? find_verb(argv[1]) : NULL;
	char *ask[] = { argc > 1 ? argv[1] : NULL, (char *)"--help", NULL };

	if (argc > 1 && !v)
		return no_such_verb(argv[1]);
	if (v && v->run != verb_help)
		return v->run(2, ask);
	list_verbs(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const struct verb *v;

	setvbuf(stderr, NULL, _IOLBF, 0); /* a message is one write, not one per word */
	if (argc < 2) {
		list_verbs(stderr);
		return 2;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("rawbpf " RAWBPF_VERSION);
		return 0;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return verb_help(1, argv);
	v = find_verb(argv[1]);
	return v ? v->run(argc - 1, argv + 1) : no_such_verb(argv[1]);
}
