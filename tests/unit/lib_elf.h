/* SPDX-License-Identifier: BSD-2-Clause */
/* A little ELF writer, so that tests can make objects that no compiler makes. Host byte order. */
#ifndef LIB_ELF_H
#define LIB_ELF_H

#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct elf {
	struct {
		Elf64_Shdr h;
		unsigned char data[2048];
	} sec[16];
	unsigned n, nsyms;
	Elf64_Ehdr eh;
};

enum { ELF_SHSTRTAB = 1, ELF_STRTAB, ELF_SYMTAB };

static inline uint32_t elf_string(struct elf *e, unsigned table, const char *s)
{
	uint32_t at = (uint32_t)e->sec[table].h.sh_size;

	strcpy((char *)e->sec[table].data + at, s);
	e->sec[table].h.sh_size += strlen(s) + 1;
	return at;
}

/* Returns its index. `data` NULL: NOBITS contents, or empty. */
static inline unsigned elf_section(struct elf *e, const char *name, uint32_t type, uint64_t flags,
	const void *data, size_t len)
{
	unsigned i = e->n++;

	e->sec[i].h.sh_name = elf_string(e, ELF_SHSTRTAB, name);
	e->sec[i].h.sh_type = type;
	e->sec[i].h.sh_flags = flags;
	e->sec[i].h.sh_size = len;
	if (data)
		memcpy(e->sec[i].data, data, len);
	return i;
}

/* Returns its index. */
static inline uint32_t elf_symbol(struct elf *e, const char *name, unsigned bind, unsigned type,
	unsigned section, uint64_t value, uint64_t size)
{
	Elf64_Sym sym = { .st_name = elf_string(e, ELF_STRTAB, name),
		.st_info = ELF64_ST_INFO(bind, type),
		.st_shndx = (uint16_t)section,
		.st_value = value,
		.st_size = size };

	memcpy(e->sec[ELF_SYMTAB].data + e->sec[ELF_SYMTAB].h.sh_size, &sym, sizeof(sym));
	e->sec[ELF_SYMTAB].h.sh_size += sizeof(sym);
	return e->nsyms++;
}

/* One entry in a relocation section of its own. */
static inline unsigned elf_rel(struct elf *e, unsigned target, uint64_t offset, uint32_t symbol)
{
	Elf64_Rel rel = { .r_offset = offset, .r_info = ELF64_R_INFO((uint64_t)symbol, 1) };
	unsigned i = elf_section(e, ".rel", SHT_REL, 0, &rel, sizeof(rel));

	e->sec[i].h.sh_info = target;
	e->sec[i].h.sh_link = ELF_SYMTAB;
	e->sec[i].h.sh_entsize = sizeof(rel);
	return i;
}

static inline void elf_more_rel(struct elf *e, unsigned rel, uint64_t offset, uint32_t symbol)
{
	Elf64_Rel r = { .r_offset = offset, .r_info = ELF64_R_INFO((uint64_t)symbol, 1) };

	memcpy(e->sec[rel].data + e->sec[rel].h.sh_size, &r, sizeof(r));
	e->sec[rel].h.sh_size += sizeof(r);
}

static inline void elf_start(struct elf *e)
{
	memset(e, 0, sizeof(*e));
	memcpy(e->eh.e_ident, ELFMAG, SELFMAG);
	e->eh.e_ident[EI_CLASS] = ELFCLASS64;
	e->eh.e_ident[EI_DATA] =
		__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
	e->eh.e_ident[EI_VERSION] = EV_CURRENT;
	e->eh.e_type = ET_REL;
	e->eh.e_machine = 247;
	e->eh.e_version = EV_CURRENT;
	e->eh.e_ehsize = sizeof(e->eh);
	e->eh.e_shentsize = sizeof(Elf64_Shdr);
	e->eh.e_shstrndx = ELF_SHSTRTAB;
	e->n = 1;
	for (; e->n <= ELF_SYMTAB; e->n++)
		e->sec[e->n].h.sh_size = e->n < ELF_SYMTAB;
	for (unsigned i = 1; i < e->n; i++) {
		static const char *const names[] = { "", ".shstrtab", ".strtab", ".symtab" };

		e->sec[i].h.sh_name = elf_string(e, ELF_SHSTRTAB, names[i]);
		e->sec[i].h.sh_type = i == ELF_SYMTAB ? SHT_SYMTAB : SHT_STRTAB;
	}
	e->sec[ELF_SYMTAB].h.sh_link = ELF_STRTAB;
	e->sec[ELF_SYMTAB].h.sh_entsize = sizeof(Elf64_Sym);
	elf_symbol(e, "", STB_LOCAL, STT_NOTYPE, 0, 0, 0);
}

/* The whole file in memory of exactly that size, for the caller to free. */
static inline void *elf_finish(struct elf *e, size_t *len)
{
	size_t at = sizeof(e->eh);
	unsigned char *image;

	for (unsigned i = 1; i < e->n; i++) {
		e->sec[i].h.sh_offset = at;
		if (e->sec[i].h.sh_type != SHT_NOBITS)
			at += (e->sec[i].h.sh_size + 7) & ~7ULL;
	}
	e->eh.e_shoff = at;
	e->eh.e_shnum = (uint16_t)e->n;
	*len = at + e->n * sizeof(Elf64_Shdr);
	image = calloc(*len, 1);
	memcpy(image, &e->eh, sizeof(e->eh));
	for (unsigned i = 0; i < e->n; i++) {
		if (i && e->sec[i].h.sh_type != SHT_NOBITS)
			memcpy(image + e->sec[i].h.sh_offset, e->sec[i].data, e->sec[i].h.sh_size);
		memcpy(image + at + i * sizeof(Elf64_Shdr), &e->sec[i].h, sizeof(Elf64_Shdr));
	}
	return image;
}

#endif
