/* SPDX-License-Identifier: BSD-2-Clause */
/* The explainer of verifier logs, with and without a program that has source lines. */
#include <errno.h>

#include "fuzz.h"
#include "../../asm/asm.h"
#include "../../loader/obj.h"
#include "../../loader/verifier_log.h"

static struct rawbpf_obj *obj;

/* A program with lines to point at; it stays for the whole run. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char text[] = ".license \"GPL\"\n.prog p, \"kprobe/x\"\n"
				   "r1 = 1\nr0 = 0 ll\nif r1 == 2 goto e\nr0 = 2\ne: exit\n";
	size_t len;
	void *elf;

	if (rawbpf_asm_text(text, sizeof(text) - 1, "lines.s", NULL, &elf, &len, NULL) ||
		rawbpf_obj_read_mem(&obj, elf, len, "lines.o", NULL))
		abort();
	free(elf);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	struct rawbpf_verdict verdict;
	/* of exactly this size: a read behind it is seen */
	char *log = malloc(size + 1);

	if (!log)
		return 0;
	memcpy(log, data, size);
	log[size] = 0;
	rawbpf_verifier_read(&verdict, (const char *)data, size);
	FUZZ_CHECK(strlen(verdict.reason) < sizeof(verdict.reason) &&
			   !strchr(verdict.reason, '\n') &&
			   strlen(verdict.advice) < sizeof(verdict.advice) && verdict.insn >= -1,
		"instruction %ld", verdict.insn);
	FUZZ_CHECK(rawbpf_verifier_explain(&sink, -EACCES, obj, &obj->progs[0], log) == -EACCES,
		"another error");
	FUZZ_CHECK(said.n[RAWBPF_ERROR], "nothing is said");
	free(log);
	return 0;
}
