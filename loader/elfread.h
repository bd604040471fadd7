/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ELF object as plain data: what libelf says, every range checked once, so
 * that the rest of loader/ indexes without asking again.
 */
#ifndef RAWBPF_ELFREAD_H
#define RAWBPF_ELFREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../rawbpf_diag.h"

/* One SHT_REL entry. `symbol` is a valid index; `offset` is not checked. */
struct rawbpf_elf_rel {
	uint64_t offset;
	uint32_t symbol, type;
};

struct rawbpf_elf_section {
	const char *name;
	uint32_t type, target; /* target: of SHT_REL and SHT_RELA, a section index */
	uint64_t flags, size;
	const unsigned char
		*data; /* `size` bytes of the image, any alignment; NULL: NOBITS or empty */
	/* The entries that apply to this section, if it is one that is loaded (SHF_ALLOC). */
	struct rawbpf_elf_rel *rels;
	size_t nrels;
};

/* `section` when the symbol lies in none (else it is a valid index, not 0). */
enum {
	RAWBPF_ELF_UNDEF = 0,
	RAWBPF_ELF_ABS = 0xfff1,
	RAWBPF_ELF_COMMON = 0xfff2,
};

struct rawbpf_elf_symbol {
	const char *name; /* of a section symbol: the section's */
	uint64_t value, size;
	uint32_t section;
	uint8_t type, bind; /* STT_*, STB_* */
	bool hidden;        /* STV_HIDDEN or STV_INTERNAL */
};

struct rawbpf_elf {
	const char *path; /* for messages, the caller's */
	bool big_endian;
	struct rawbpf_elf_section *sections; /* [0] is the null section */
	size_t nsections;
	const struct rawbpf_elf_section **section_names; /* by name, the first of each */
	size_t nsection_names;
	struct rawbpf_elf_symbol *symbols; /* in the file's order; [0] is the null symbol */
	size_t nsymbols;
	/* Global and weak symbols that lie in a section, by name: at most one each. */
	const struct rawbpf_elf_symbol **by_name;
	size_t nby_name;
};

/*
 * Reads the image, which must outlive *elf: names and data point into it (or
 * into memory that *elf owns). Errors as of rawbpf_obj_read_mem, said to the
 * sink; then nothing is left to clear.
 */
int rawbpf_elf_read(struct rawbpf_elf *elf, const void *image, size_t len, const char *path,
	const struct rawbpf_sink *sink);
void rawbpf_elf_clear(struct rawbpf_elf *elf);

/* elfindex.c: fills section_names and by_name; a symbol defined twice is refused. */
int rawbpf_elf_index(struct rawbpf_elf *elf, const struct rawbpf_sink *sink);
/* The first section of that name, or NULL. */
const struct rawbpf_elf_section *rawbpf_elf_section(const struct rawbpf_elf *elf, const char *name);
/* The global or weak symbol of that name that lies in a section, or NULL. */
const struct rawbpf_elf_symbol *rawbpf_elf_symbol(const struct rawbpf_elf *elf, const char *name);

#endif
