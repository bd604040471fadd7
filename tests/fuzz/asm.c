/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text to an object of either byte order. What assembles is disassembled, and that text makes
 * the same object; and the loader's reader takes it.
 */
#include "fuzz.h"
#include "../../asm/asm.h"
#include "../../loader/obj.h"

#define FUZZ_FORMAT(byte) ((byte) >> 1 & 7)
#define FUZZ_DIALECT 0x80 /* else it is found out */

static void read_it(const void *elf, size_t len)
{
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	struct rawbpf_obj *obj = NULL;
	int rc = rawbpf_obj_read_mem(&obj, elf, len, "asm.o", &sink);

	FUZZ_CHECK(!rc || said.n[RAWBPF_ERROR], "refused with %d, and nothing was said", rc);
	if (!rc)
		rawbpf_obj_free(obj);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const dialects[] = { "gnu", "conformance" };
	struct rawbpf_asm_opts opts = { .arch = "x86_64" };
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	size_t len = 0;
	void *elf = NULL;
	int rc;

	if (!size)
		return 0;
	opts.endian = data[0] & FUZZ_BIG ? RAWBPF_ASM_BIG : RAWBPF_ASM_LITTLE;
	opts.format =
		FUZZ_FORMAT(data[0]) > RAWBPF_ASM_JSON ? RAWBPF_ASM_ELF : FUZZ_FORMAT(data[0]);
	if (data[0] & FUZZ_DIALECT)
		opts.dialect = dialects[data[0] >> 6 & 1];
	rc = rawbpf_asm_text(
		(const char *)data + 1, size - 1, "/nonexistent/fuzz.s", &opts, &elf, &len, &sink);
	FUZZ_CHECK(!rc == !said.n[RAWBPF_ERROR], "returned %d after %u errors", rc,
		said.n[RAWBPF_ERROR]);
	if (rc)
		return 0;
	fuzz_touch(elf, len);
	if (opts.format != RAWBPF_ASM_ELF) {
		if (opts.format == RAWBPF_ASM_RAW)
			FUZZ_CHECK(len && len % 8 == 0, "%zu bytes", len);
		free(elf);
		return 0;
	}
	FUZZ_CHECK(fuzz_is_big_endian(elf) == (opts.endian == RAWBPF_ASM_BIG), "byte order");
	fuzz_round_trip(elf, len);
	read_it(elf, len);
	free(elf);
	return 0;
}
