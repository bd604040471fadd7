/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Objects, raw slots, hexadecimal and C arrays to text, which assembles again to the same
 * instructions.
 */
#include "fuzz.h"
#include "../../asm/asm.h"
#include "../../asm/dis.h"

#define FUZZ_KERNEL 0x02
#define FUZZ_SOURCE 0x04
#define FUZZ_BYTES 0x08
#define FUZZ_FORMAT(byte) ((byte) >> 4 & 7)

/* Slots of raw input come back, all of them. */
static void compare_raw(const char *text, size_t len, const uint8_t *data, size_t size, bool big)
{
	struct rawbpf_asm_opts opts = { .endian = big ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE };
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	size_t back_len = 0, elf_len = 0;
	const unsigned char *back;
	void *elf = NULL;

	FUZZ_CHECK(!rawbpf_asm_text(text, len, "/nonexistent/dis.s", &opts, &elf, &elf_len, &sink),
		"the text does not assemble again: %s\n%s", said.first, text);
	back = fuzz_section(elf, elf_len, "socket", &back_len);
	if (data)
		FUZZ_CHECK(
			back && back_len == size && !memcmp(back, data, size), "differs\n%s", text);
	free(elf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rawbpf_dis_opts opts = { 0 };
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	size_t len = 0;
	char *text = NULL;
	bool elf;
	int rc;

	if (!size)
		return 0;
	opts.endian = data[0] & FUZZ_BIG ? RAWBPF_DIS_BIG : RAWBPF_DIS_LITTLE;
	opts.kernel = data[0] & FUZZ_KERNEL;
	opts.source = data[0] & FUZZ_SOURCE;
	opts.bytes = data[0] & FUZZ_BYTES;
	opts.format = FUZZ_FORMAT(data[0]) > RAWBPF_DIS_C ? RAWBPF_DIS_ANY : FUZZ_FORMAT(data[0]);
	data++, size--;
	rc = rawbpf_dis_mem(data, size, "fuzz.o", &opts, &text, &len, &sink);
	FUZZ_CHECK(!rc == !said.n[RAWBPF_ERROR], "%d after %u errors", rc, said.n[RAWBPF_ERROR]);
	if (rc)
		return 0;
	FUZZ_CHECK(strlen(text) == len, "%zu is not the length of the text", len);
	elf = opts.format == RAWBPF_DIS_ELF ||
	      (opts.format == RAWBPF_DIS_ANY && size >= 4 && !memcmp(data, "\177ELF", 4));
	if (!opts.kernel && elf && !said.n[RAWBPF_WARNING])
		fuzz_assemble_again(text, len, data, size, false);
	else if (!opts.kernel && !elf)
		compare_raw(text, len, opts.format == RAWBPF_DIS_RAW ? data : NULL, size,
			data[-1] & FUZZ_BIG);
	free(text);
	return 0;
}
