/* SPDX-License-Identifier: BSD-2-Clause */
/* asm(dis(x)) == x for objects; ELF64 is read by hand here, so that libelf judges nothing. */
#include <elf.h>

#include "fuzz.h"
#include "../../asm/asm.h"
#include "../../asm/dis.h"

static uint64_t get(const unsigned char *p, unsigned size, bool big)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)p[big ? size - 1 - i : i] << i * 8;
	return v;
}

struct header {
	const char *name;
	const unsigned char *data;
	uint64_t type, flags, size;
};

bool fuzz_is_big_endian(const void *elf)
{
	return ((const unsigned char *)elf)[EI_DATA] == ELFDATA2MSB;
}

static unsigned nsections(const unsigned char *elf)
{
	return (unsigned)get(elf + 60, 2, fuzz_is_big_endian(elf));
}

/* Section `i` of an object that the assembler wrote or libelf took; false: it is not in the file.
 */
static bool header_of(const unsigned char *elf, size_t len, unsigned i, struct header *h)
{
	bool big = fuzz_is_big_endian(elf);
	const unsigned char *p = elf + get(elf + 40, 8, big);
	unsigned names = (unsigned)get(elf + 62, 2, big);
	uint64_t strings, offset;

	if (names >= nsections(elf))
		return false;
	strings = get(p + (size_t)names * 64 + 24, 8, big);
	p += (size_t)i * 64;
	offset = get(p + 24, 8, big);
	h->type = get(p + 4, 4, big);
	h->flags = get(p + 8, 8, big);
	h->size = get(p + 32, 8, big);
	strings += get(p, 4, big);
	if (h->type == SHT_NOBITS || offset > len || h->size > len - offset || strings >= len ||
		!memchr(elf + strings, 0, len - strings))
		return false;
	h->name = (const char *)elf + strings;
	h->data = elf + offset;
	return true;
}

const unsigned char *fuzz_section(const void *elf, size_t len, const char *name, size_t *size)
{
	struct header h;

	for (unsigned i = 1; i < nsections(elf); i++)
		if (header_of(elf, len, i, &h) && !strcmp(h.name, name)) {
			*size = h.size;
			return h.data;
		}
	*size = 0;
	return NULL;
}

/* Lines are those of the new text, so what knows of them differs. */
static bool may_differ(const struct header *h)
{
	return strstr(h->name, ".BTF") || !strcmp(h->name, ".strtab") ||
	       !strcmp(h->name, ".shstrtab");
}

static void compare(const void *elf, size_t len, const void *back, size_t back_len, bool whole)
{
	struct header h;
	size_t size;

	for (unsigned i = 1; i < nsections(elf); i++) {
		const unsigned char *data;

		if (!header_of(elf, len, i, &h) || !h.size || may_differ(&h))
			continue;
		if (!whole && (h.type != SHT_PROGBITS || !(h.flags & SHF_EXECINSTR)))
			continue;
		data = fuzz_section(back, back_len, h.name, &size);
		FUZZ_CHECK(data && size == h.size, "section %s had %zu bytes and has %zu", h.name,
			(size_t)h.size, size);
		FUZZ_CHECK(!memcmp(data, h.data, size), "section %s differs", h.name);
	}
}

void fuzz_assemble_again(const char *text, size_t len, const void *elf, size_t elf_len, bool whole)
{
	struct rawbpf_asm_opts opts = { .endian = fuzz_is_big_endian(elf) ? RAWBPF_ASM_BIG
									  : RAWBPF_ASM_LITTLE };
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	size_t back_len = 0;
	void *back = NULL;
	int rc = rawbpf_asm_text(text, len, "/nonexistent/dis.s", &opts, &back, &back_len, &sink);

	FUZZ_CHECK(!rc, "the text does not assemble again: %s\n%s", said.first, text);
	compare(elf, elf_len, back, back_len, whole);
	free(back);
}

void fuzz_round_trip(const void *elf, size_t elf_len)
{
	struct fuzz_said said = { 0 };
	const struct rawbpf_sink sink = { fuzz_hear, &said };
	size_t len = 0;
	char *text = NULL;
	int rc = rawbpf_dis_mem(elf, elf_len, "asm.o", NULL, &text, &len, &sink);

	FUZZ_CHECK(!rc, "our own object is not disassembled: %s", said.first);
	FUZZ_CHECK(strlen(text) == len, "%zu is not the length of the text", len);
	fuzz_assemble_again(text, len, elf, elf_len, !said.n[RAWBPF_WARNING]);
	free(text);
}
