/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only file that knows libelf. It is given memory, not a file: the bytes
 * that were checked are then the bytes that are used, whoever writes to the
 * file meanwhile. Ranges are checked here before libelf is asked, since what it
 * does with a range outside of the file differs between its implementations.
 */
#include <elf.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>

#include "elfread.h"
#include "mem.h"

#ifndef EM_BPF
#define EM_BPF 247
#endif

struct reader {
	struct rawbpf_elf *out;
	Elf *elf;
	const unsigned char *image;
	size_t len;
	const struct rawbpf_sink *sink;
	uint32_t symtab; /* section index */
	uint64_t names;  /* bytes that names may still have, see spend_name */
};

/* Longer ones are no name of a function, a variable, or a path and a function. */
#define SYMBOL_MAX 1023
#define SECTION_MAX 8191
/* How often a byte of the file may be part of a name; linkers share the ends of strings. */
#define NAMES_PER_BYTE 8

#define BROKEN(r, ...) rawbpf_error((r)->sink, -ENOEXEC, (r)->out->path, __VA_ARGS__)

static const char *machine_name(unsigned machine)
{
	static const struct {
		unsigned machine;
		const char *name;
	} names[] = {
		{ EM_386, "32-bit x86" },
		{ EM_X86_64, "x86_64" },
		{ EM_ARM, "32-bit ARM" },
		{ EM_AARCH64, "arm64" },
		{ EM_RISCV, "RISC-V" },
		{ EM_S390, "s390x" },
		{ EM_PPC, "32-bit PowerPC" },
		{ EM_PPC64, "64-bit PowerPC" },
		{ EM_MIPS, "MIPS" },
		{ 258, "LoongArch" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].machine == machine)
			return names[i].name;
	}
	return NULL;
}

static int check_machine(const struct reader *r, const GElf_Ehdr *eh)
{
	const char *name = machine_name(eh->e_machine);

	if (eh->e_machine == EM_BPF || eh->e_machine == EM_NONE)
		return 0;
	if (name)
		return BROKEN(r,
			"this is code for %s, not for BPF (compile with clang -target bpf)", name);
	return BROKEN(
		r, "this is code for ELF machine %u, not for BPF (%u)", eh->e_machine, EM_BPF);
}

static int check_type(const struct reader *r, const GElf_Ehdr *eh)
{
	static const char *const types[] = { "no type", "relocatable", "an executable",
		"a shared object", "a core dump" };

	if (eh->e_type == ET_REL)
		return 0;
	return BROKEN(r,
		"wanted a relocatable object (as cc -c makes), but its ELF type is %s (%u)",
		eh->e_type < 5 ? types[eh->e_type] : "unknown", eh->e_type);
}

/* What the first bytes say, before libelf sees them. */
static int check_ident(const struct reader *r)
{
	const unsigned char *id = r->image;

	if (!r->len)
		return BROKEN(r, "the file is empty");
	if (r->len >= 4 && !memcmp(id, "BC\xc0\xde", 4))
		return BROKEN(r, "this is LLVM bitcode, not ELF (compile without -emit-llvm)");
	if (r->len < SELFMAG || memcmp(id, ELFMAG, SELFMAG))
		return BROKEN(r, "not an ELF file");
	if (r->len < sizeof(Elf64_Ehdr))
		return BROKEN(r, "truncated: an ELF header has 64 bytes, the file has %zu", r->len);
	if (id[EI_CLASS] != ELFCLASS64)
		return BROKEN(r, "BPF objects are 64-bit ELF; this is %s",
			id[EI_CLASS] == ELFCLASS32 ? "32-bit" : "of no known class");
	if (id[EI_DATA] != ELFDATA2LSB && id[EI_DATA] != ELFDATA2MSB)
		return BROKEN(r, "unknown byte order %u in the ELF header", id[EI_DATA]);
	return 0;
}

/* The table of section headers lies within the file, and there is one. */
static int check_section_table(const struct reader *r, const GElf_Ehdr *eh)
{
	uint64_t size = (uint64_t)eh->e_shnum * sizeof(Elf64_Shdr);

	if (!eh->e_shoff || !eh->e_shnum)
		return BROKEN(r, "no section headers: the object is stripped, truncated or has "
				 "more sections than rawbpf reads (65279)");
	if (eh->e_shentsize != sizeof(Elf64_Shdr))
		return BROKEN(r, "section headers of %u bytes instead of %zu", eh->e_shentsize,
			sizeof(Elf64_Shdr));
	if (eh->e_shoff > r->len || size > r->len - eh->e_shoff)
		return BROKEN(r,
			"truncated: %u section headers at byte %llu end after the file (%zu bytes)",
			eh->e_shnum, (unsigned long long)eh->e_shoff, r->len);
	if (eh->e_shstrndx >= eh->e_shnum)
		return BROKEN(r, "section %u, said to hold the section names, does not exist",
			eh->e_shstrndx);
	return 0;
}

static int read_header(struct reader *r)
{
	GElf_Ehdr eh;
	int rc = check_ident(r);

	if (rc)
		return rc;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return BROKEN(r, "libelf is too old");
	/* libelf's prototype lacks const; opened for reading it does not write */
	r->elf = elf_memory((char *)(uintptr_t)r->image, r->len);
	if (!r->elf || elf_kind(r->elf) != ELF_K_ELF || !gelf_getehdr(r->elf, &eh))
		return BROKEN(r, "libelf does not read it: %s", elf_errmsg(-1));
	r->out->big_endian = r->image[EI_DATA] == ELFDATA2MSB;
	rc = check_machine(r, &eh);
	if (!rc)
		rc = check_type(r, &eh);
	return rc ? rc : check_section_table(r, &eh);
}

/*
 * A string of the file's string table `table`, or NULL. The table's last byte
 * is 0, as ELF demands, so every string in it ends.
 */
static const char *string_at(const struct reader *r, uint32_t table, size_t offset)
{
	const struct rawbpf_elf_section *s;

	if (table >= r->out->nsections)
		return NULL;
	s = &r->out->sections[table];
	if (s->type != SHT_STRTAB || !s->data || offset >= s->size || s->data[s->size - 1])
		return NULL;
	return (const char *)s->data + offset;
}

/*
 * Names are sorted, which takes long when many are long and alike: a string table of
 * one long string gives that for the price of 24 bytes per symbol.
 */
static int spend_name(struct reader *r, const char *what, size_t i, const char *name, size_t most)
{
	size_t len = strnlen(name, most + 1);

	if (len > most)
		return BROKEN(r, "%s %zu: its name is longer than %zu bytes (%.32s...)", what, i,
			most, name);
	if (len > r->names)
		return BROKEN(r, "%s %zu: the names overlap in the string table", what, i);
	r->names -= len;
	return 0;
}

static int read_section(struct reader *r, uint32_t i, GElf_Shdr *sh)
{
	struct rawbpf_elf_section *s = &r->out->sections[i];
	Elf_Scn *scn = elf_getscn(r->elf, i);

	if (!scn || !gelf_getshdr(scn, sh))
		return BROKEN(r, "section header %u: %s", i, elf_errmsg(-1));
	s->type = sh->sh_type;
	s->flags = sh->sh_flags;
	s->size = sh->sh_size;
	s->target = sh->sh_info;
	if (i == 0 || sh->sh_type == SHT_NOBITS || sh->sh_type == SHT_NULL || !sh->sh_size)
		return 0;
	if (sh->sh_offset > r->len || sh->sh_size > r->len - sh->sh_offset)
		return BROKEN(r,
			"truncated or broken: section %u, %llu bytes at byte %llu, ends after the "
			"file (%zu bytes)",
			i, (unsigned long long)sh->sh_size, (unsigned long long)sh->sh_offset,
			r->len);
	s->data = r->image + sh->sh_offset;
	return 0;
}

/* Section headers first, then names: the name table is a section itself. */
static int read_sections(struct reader *r)
{
	struct rawbpf_elf *out = r->out;
	GElf_Shdr sh;
	GElf_Ehdr eh;

	gelf_getehdr(r->elf, &eh);
	out->sections = calloc(eh.e_shnum, sizeof(*out->sections));
	if (!out->sections)
		return -ENOMEM;
	out->nsections = eh.e_shnum;
	for (uint32_t i = 0; i < out->nsections; i++) {
		int rc = read_section(r, i, &sh);

		if (rc)
			return rc;
		if (sh.sh_type == SHT_SYMTAB && r->symtab)
			return BROKEN(r, "two symbol tables (sections %u and %u)", r->symtab, i);
		if (sh.sh_type == SHT_SYMTAB)
			r->symtab = i;
	}
	for (uint32_t i = 0; i < out->nsections; i++) {
		int rc;

		gelf_getshdr(elf_getscn(r->elf, i), &sh);
		out->sections[i].name = i ? string_at(r, eh.e_shstrndx, sh.sh_name) : "";
		if (!out->sections[i].name)
			return BROKEN(r, "section %u: its name is not within the name table", i);
		rc = spend_name(r, "section", i, out->sections[i].name, SECTION_MAX);
		if (rc)
			return rc;
	}
	return 0;
}

/* The table of section `i` as libelf converts it to this machine; *n entries of `entry` bytes. */
static int table_data(
	const struct reader *r, uint32_t i, size_t entry, GElf_Shdr *sh, Elf_Data **data, size_t *n)
{
	const struct rawbpf_elf_section *s = &r->out->sections[i];
	Elf_Scn *scn = elf_getscn(r->elf, i);

	gelf_getshdr(scn, sh);
	if (sh->sh_entsize != entry || s->size % entry)
		return BROKEN(r, "section %u (%s): %llu bytes in entries of %llu instead of %zu", i,
			s->name, (unsigned long long)s->size, (unsigned long long)sh->sh_entsize,
			entry);
	*n = s->data ? s->size / entry : 0;
	*data = *n ? elf_getdata(scn, NULL) : NULL;
	if (*n && (!*data || (*data)->d_size < *n * entry))
		return BROKEN(r, "section %u (%s): %s", i, s->name, elf_errmsg(-1));
	return 0;
}

static int read_symbol(struct reader *r, size_t i, Elf_Data *data, uint32_t strings)
{
	struct rawbpf_elf_symbol *out = &r->out->symbols[i];
	GElf_Sym sym;
	int rc;

	if (!gelf_getsym(data, (int)i, &sym))
		return BROKEN(r, "symbol %zu: %s", i, elf_errmsg(-1));
	out->name = string_at(r, strings, sym.st_name);
	out->value = sym.st_value;
	out->size = sym.st_size;
	out->section = sym.st_shndx;
	out->type = GELF_ST_TYPE(sym.st_info);
	out->bind = GELF_ST_BIND(sym.st_info);
	out->hidden = GELF_ST_VISIBILITY(sym.st_other) == STV_HIDDEN ||
		      GELF_ST_VISIBILITY(sym.st_other) == STV_INTERNAL;
	if (!out->name)
		return BROKEN(r, "symbol %zu: its name is not within the string table", i);
	rc = spend_name(r, "symbol", i, out->name, SYMBOL_MAX);
	if (rc)
		return rc;
	if (out->section == RAWBPF_ELF_ABS || out->section == RAWBPF_ELF_COMMON)
		return 0;
	if (out->section >= r->out->nsections)
		return BROKEN(r, "symbol %zu (%s) lies in section %u, which does not exist", i,
			out->name, out->section);
	if (out->type == STT_SECTION)
		out->name = r->out->sections[out->section].name;
	return 0;
}

static int read_symbols(struct reader *r)
{
	struct rawbpf_elf *out = r->out;
	GElf_Shdr sh;
	Elf_Data *data;
	size_t n;
	int rc;

	if (!r->symtab)
		return BROKEN(r,
			"no symbol table: the object is stripped, so its programs and maps "
			"have no names");
	rc = table_data(r, r->symtab, sizeof(Elf64_Sym), &sh, &data, &n);
	if (rc)
		return rc;
	if (n > INT32_MAX)
		return BROKEN(r, "%zu symbols are too many", n);
	out->symbols = calloc(n ? n : 1, sizeof(*out->symbols));
	if (!out->symbols)
		return -ENOMEM;
	out->nsymbols = n;
	for (size_t i = 0; i < n && !rc; i++)
		rc = read_symbol(r, i, data, sh.sh_link);
	return rc;
}

/* Appends the entries of relocation section `i` to the section that they patch. */
static int read_rels(struct reader *r, uint32_t i)
{
	struct rawbpf_elf_section *to, *from = &r->out->sections[i];
	GElf_Shdr sh;
	Elf_Data *data;
	size_t n;
	int rc;

	if (from->target >= r->out->nsections)
		return BROKEN(r, "section %s patches section %u, which does not exist", from->name,
			from->target);
	to = &r->out->sections[from->target];
	if (!(to->flags & SHF_ALLOC))
		return 0; /* debug information and BTF: nothing that is loaded */
	if (from->type == SHT_RELA)
		return BROKEN(r, "section %s is SHT_RELA; BPF objects use SHT_REL", from->name);
	rc = table_data(r, i, sizeof(Elf64_Rel), &sh, &data, &n);
	if (rc)
		return rc;
	if (sh.sh_link != r->symtab)
		return BROKEN(r, "section %s refers to section %u instead of the symbol table (%u)",
			from->name, sh.sh_link, r->symtab);
	if (n > INT32_MAX || to->rels)
		return BROKEN(r, "section %s: %s", from->name,
			to->rels ? "another one patches the same section" : "too many entries");
	to->rels = calloc(n ? n : 1, sizeof(*to->rels));
	if (!to->rels)
		return -ENOMEM;
	to->nrels = n;
	for (size_t k = 0; k < n; k++) {
		GElf_Rel rel;

		if (!gelf_getrel(data, (int)k, &rel) || GELF_R_SYM(rel.r_info) >= r->out->nsymbols)
			return BROKEN(r, "section %s, entry %zu: symbol %llu does not exist",
				from->name, k, (unsigned long long)GELF_R_SYM(rel.r_info));
		to->rels[k].offset = rel.r_offset;
		to->rels[k].symbol = (uint32_t)GELF_R_SYM(rel.r_info);
		to->rels[k].type = (uint32_t)GELF_R_TYPE(rel.r_info);
	}
	return 0;
}

int rawbpf_elf_read(struct rawbpf_elf *elf, const void *image, size_t len, const char *path,
	const struct rawbpf_sink *sink)
{
	struct reader r = { .out = elf, .image = image, .len = len, .sink = sink };
	int rc;

	memset(elf, 0, sizeof(*elf));
	elf->path = path;
	r.names = (uint64_t)len * NAMES_PER_BYTE;
	rc = read_header(&r);
	if (!rc)
		rc = read_sections(&r);
	if (!rc)
		rc = read_symbols(&r);
	if (!rc)
		rc = rawbpf_elf_index(elf, sink);
	for (uint32_t i = 1; !rc && i < elf->nsections; i++) {
		if (elf->sections[i].type == SHT_REL || elf->sections[i].type == SHT_RELA)
			rc = read_rels(&r, i);
	}
	elf_end(r.elf);
	if (rc)
		rawbpf_elf_clear(elf);
	return rc;
}

void rawbpf_elf_clear(struct rawbpf_elf *elf)
{
	for (size_t i = 0; i < elf->nsections; i++)
		free(elf->sections[i].rels);
	free(elf->sections);
	free(elf->section_names);
	free(elf->symbols);
	free(elf->by_name);
	memset(elf, 0, sizeof(*elf));
}
