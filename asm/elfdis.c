/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An ELF object as plain sections, symbols and relocations, for the disassembler.
 * As in loader/elfread.c libelf is given memory, and ranges are checked before it
 * is asked. Unlike the loader this takes what it cannot use: a stripped object
 * still has instructions.
 */
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>

#include "dis_impl.h"

#define MACHINE_BPF 247

struct reader {
	struct dis *d;
	Elf *elf;
	const unsigned char *image;
	size_t len;
	uint32_t symtab;
	size_t nrels; /* so far */
};

/* ---- header ----------------------------------------------------------------------- */

static int check_ident(const struct reader *r)
{
	const unsigned char *id = r->image;

	if (r->len < sizeof(Elf64_Ehdr) || memcmp(id, ELFMAG, SELFMAG))
		return DIS_BROKEN(r->d, r->len < 4 || memcmp(id, ELFMAG, SELFMAG)
						? "not an ELF file"
						: "truncated: shorter than an ELF header");
	if (id[EI_CLASS] != ELFCLASS64)
		return DIS_BROKEN(r->d, "BPF objects are 64-bit ELF, and this is not");
	if (id[EI_DATA] != ELFDATA2LSB && id[EI_DATA] != ELFDATA2MSB)
		return DIS_BROKEN(r->d, "unknown byte order %u in the ELF header", id[EI_DATA]);
	r->d->big_endian = id[EI_DATA] == ELFDATA2MSB;
	return 0;
}

static int read_header(struct reader *r, GElf_Ehdr *eh)
{
	int rc = check_ident(r);

	if (rc)
		return rc;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return DIS_BROKEN(r->d, "libelf is too old");
	/* libelf's prototype lacks const; opened for reading it does not write */
	r->elf = elf_memory((char *)(uintptr_t)r->image, r->len);
	if (!r->elf || elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, eh))
		return DIS_BROKEN(r->d, "libelf does not read it: %s", elf_errmsg(-1));
	if (eh->e_machine != MACHINE_BPF && eh->e_machine != EM_NONE)
		return DIS_BROKEN(r->d, "this is code for ELF machine %u, not for BPF (%u)",
			eh->e_machine, MACHINE_BPF);
	if (!eh->e_shoff || !eh->e_shnum || eh->e_shentsize != sizeof(Elf64_Shdr))
		return DIS_BROKEN(r->d, "no section headers: the object is truncated or broken");
	if (eh->e_shoff > r->len ||
		(uint64_t)eh->e_shnum * sizeof(Elf64_Shdr) > r->len - eh->e_shoff)
		return DIS_BROKEN(r->d,
			"truncated: %u section headers at byte %llu end after the file (%zu bytes)",
			eh->e_shnum, (unsigned long long)eh->e_shoff, r->len);
	return 0;
}

/* ---- sections --------------------------------------------------------------------- */

/* A string of table `table`, whose last byte is 0; NULL: there is none. */
static const char *string_at(const struct reader *r, uint32_t table, uint64_t offset)
{
	const struct dis_section *s;

	if (table >= r->d->nsections)
		return NULL;
	s = &r->d->sections[table];
	if (s->type != SHT_STRTAB || !s->data || offset >= s->size || s->data[s->size - 1])
		return NULL;
	return (const char *)s->data + offset;
}

static int read_section(struct reader *r, uint32_t i)
{
	struct dis_section *s = &r->d->sections[i];
	Elf_Scn *scn = elf_getscn(r->elf, i);
	GElf_Shdr sh;

	if (!scn || !gelf_getshdr(scn, &sh))
		return DIS_BROKEN(r->d, "section header %u: %s", i, elf_errmsg(-1));
	s->type = sh.sh_type;
	s->flags = sh.sh_flags;
	s->size = sh.sh_size;
	if (!i || sh.sh_type == SHT_NOBITS || sh.sh_type == SHT_NULL || !sh.sh_size)
		return 0;
	if (sh.sh_offset > r->len || sh.sh_size > r->len - sh.sh_offset)
		return DIS_BROKEN(r->d,
			"truncated: section %u, %llu bytes at byte %llu, ends after the file (%zu "
			"bytes)",
			i, (unsigned long long)sh.sh_size, (unsigned long long)sh.sh_offset,
			r->len);
	s->data = r->image + sh.sh_offset;
	if (sh.sh_type == SHT_SYMTAB && !r->symtab)
		r->symtab = i;
	return 0;
}

static int read_sections(struct reader *r, const GElf_Ehdr *eh)
{
	struct dis *d = r->d;
	GElf_Shdr sh;

	d->sections = calloc(eh->e_shnum, sizeof(*d->sections));
	if (!d->sections)
		return -ENOMEM;
	d->nsections = eh->e_shnum;
	for (uint32_t i = 0; i < d->nsections; i++) {
		int rc = read_section(r, i);

		if (rc)
			return rc;
	}
	for (uint32_t i = 0; i < d->nsections; i++) {
		gelf_getshdr(elf_getscn(r->elf, i), &sh);
		d->sections[i].name = i ? string_at(r, eh->e_shstrndx, sh.sh_name) : "";
		if (!d->sections[i].name)
			return DIS_BROKEN(
				d, "section %u: its name is not within the name table", i);
	}
	return 0;
}

/* ---- tables ----------------------------------------------------------------------- */

/* Converted to this machine's order; *n entries. */
static int table_data(
	struct reader *r, uint32_t i, size_t entry, GElf_Shdr *sh, Elf_Data **data, size_t *n)
{
	const struct dis_section *s = &r->d->sections[i];
	Elf_Scn *scn = elf_getscn(r->elf, i);

	gelf_getshdr(scn, sh);
	if (sh->sh_entsize != entry || s->size % entry)
		return DIS_BROKEN(r->d, "section %u: its entries do not have %zu bytes", i, entry);
	*n = s->data ? s->size / entry : 0;
	*data = *n ? elf_getdata(scn, NULL) : NULL;
	if (*n && (!*data || (*data)->d_size < *n * entry || *n > INT32_MAX))
		return DIS_BROKEN(r->d, "section %u: %s", i, elf_errmsg(-1));
	return 0;
}

static int read_symbol(struct reader *r, size_t i, Elf_Data *data, uint32_t strings)
{
	struct dis_symbol *out = &r->d->symbols[i];
	const char *name;
	GElf_Sym sym;

	if (!gelf_getsym(data, (int)i, &sym))
		return DIS_BROKEN(r->d, "symbol %zu: %s", i, elf_errmsg(-1));
	out->value = sym.st_value;
	out->size = sym.st_size;
	out->section = sym.st_shndx < r->d->nsections ? sym.st_shndx : 0;
	out->type = GELF_ST_TYPE(sym.st_info);
	out->bind = GELF_ST_BIND(sym.st_info);
	name = out->type == STT_SECTION ? r->d->sections[out->section].name
					: string_at(r, strings, sym.st_name);
	if (!name)
		return DIS_BROKEN(r->d, "symbol %zu: its name is not within the string table", i);
	out->name = rawbpf_dis_clean(r->d, name, 400);
	return r->d->a->fatal;
}

static int read_symbols(struct reader *r)
{
	struct dis *d = r->d;
	Elf_Data *data;
	GElf_Shdr sh;
	size_t n;
	int rc;

	if (!r->symtab)
		return 0;
	rc = table_data(r, r->symtab, sizeof(Elf64_Sym), &sh, &data, &n);
	if (rc)
		return rc;
	d->symbols = calloc(n ? n : 1, sizeof(*d->symbols));
	if (!d->symbols)
		return -ENOMEM;
	d->nsymbols = n;
	for (size_t i = 0; i < n && !rc; i++)
		rc = read_symbol(r, i, data, sh.sh_link);
	return rc;
}

static int read_rels(struct reader *r, uint32_t i)
{
	struct dis *d = r->d;
	struct dis_section *to;
	struct dis_reloc *slot;
	Elf_Data *data;
	GElf_Shdr sh;
	GElf_Rel rel;
	size_t n;
	int rc;

	gelf_getshdr(elf_getscn(r->elf, i), &sh);
	if (sh.sh_info >= d->nsections || !(d->sections[sh.sh_info].flags & SHF_EXECINSTR))
		return 0; /* of data and debug information: no program's */
	to = &d->sections[sh.sh_info];
	if (sh.sh_type == SHT_RELA) {
		rawbpf_dis_note(d, "the relocations of section %.80s: it is SHT_RELA",
			rawbpf_dis_clean(d, d->sections[i].name, 80));
		return 0;
	}
	rc = table_data(r, i, sizeof(Elf64_Rel), &sh, &data, &n);
	/* Tables that overlap could ask for any amount of memory. */
	if (!rc && n > r->len / sizeof(Elf64_Rel) - r->nrels)
		return DIS_BROKEN(d, "section %u: sections of relocations overlap", i);
	r->nrels += rc ? 0 : n;
	for (size_t k = 0; !rc && k < n; k++) {
		if (!gelf_getrel(data, (int)k, &rel) || GELF_R_SYM(rel.r_info) >= d->nsymbols)
			return DIS_BROKEN(d, "section %u, entry %zu: symbol %llu does not exist", i,
				k, (unsigned long long)GELF_R_SYM(rel.r_info));
		if (rel.r_offset >= to->size)
			return DIS_BROKEN(d,
				"section %u, entry %zu: byte %llu is after its section", i, k,
				(unsigned long long)rel.r_offset);
		slot = ASM_PUSH(d->a, to->relocs);
		if (!slot)
			return -ENOMEM;
		*slot = (struct dis_reloc){ (uint32_t)(rel.r_offset / 8),
			(uint32_t)GELF_R_TYPE(rel.r_info), (uint32_t)GELF_R_SYM(rel.r_info) };
	}
	return rc;
}

/* ---- the whole -------------------------------------------------------------------- */

struct dis_section *rawbpf_dis_section(struct dis *d, const char *name)
{
	for (uint32_t i = 1; i < d->nsections; i++)
		if (!strcmp(d->sections[i].name, name) && d->sections[i].data)
			return &d->sections[i];
	return NULL;
}

static int by_slot(const void *x, const void *y)
{
	uint32_t a = ((const struct dis_reloc *)x)->slot, b = ((const struct dis_reloc *)y)->slot;

	return a < b ? -1 : a > b;
}

int rawbpf_dis_read_elf(struct dis *d, const void *image, size_t len)
{
	struct reader r = { .d = d, .image = image, .len = len };
	GElf_Ehdr eh;
	int rc = read_header(&r, &eh);

	if (!rc)
		rc = read_sections(&r, &eh);
	if (!rc)
		rc = read_symbols(&r);
	for (uint32_t i = 1; !rc && i < d->nsections; i++)
		if (d->sections[i].type == SHT_REL || d->sections[i].type == SHT_RELA)
			rc = read_rels(&r, i);
	for (uint32_t i = 1; !rc && i < d->nsections; i++)
		if (d->sections[i].relocs.n)
			qsort(d->sections[i].relocs.v, d->sections[i].relocs.n,
				sizeof(struct dis_reloc), by_slot);
	elf_end(r.elf);
	return rc;
}

void rawbpf_dis_free_elf(struct dis *d)
{
	for (uint32_t i = 0; i < d->nsections; i++) {
		free(d->sections[i].relocs.v);
		free(d->sections[i].funcs.v);
		free(d->sections[i].lines.v);
		free(d->sections[i].cores.v);
	}
	free(d->sections);
	free(d->symbols);
	free(d->btf.at);
}
