/* SPDX-License-Identifier: BSD-2-Clause */
/* The object file, through libelf; relocations are numbered as LLVM 13 and later do. */
#define _GNU_SOURCE /* memfd_create */
#include <fcntl.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "impl.h"

#define MACHINE_BPF 247
#define R_64_64 1
#define R_64_32 10

struct out {
	struct asm_ctx *a;
	Elf *elf;
	struct asm_bytes names; /* .strtab, for sections and symbols alike */
	Elf64_Sym *syms;
	size_t nsyms;
	uint32_t *sections; /* ELF index of each section of programs */
	uint32_t maps, rodata, license;
};

static int elf_failed(struct asm_ctx *a)
{
	a->fatal = a->fatal ? a->fatal : -EIO;
	return rawbpf_error(a->sink, a->fatal, NULL, "libelf: %s", elf_errmsg(-1));
}

static uint32_t add_name(struct out *o, const char *text, size_t len)
{
	unsigned char *p = rawbpf_asm_bytes_add(o->a, &o->names, len + 1);

	if (!p)
		return 0;
	memcpy(p, text, len);
	p[len] = 0;
	return (uint32_t)(p - o->names.p);
}

/* ---- sections ------------------------------------------------------------------- */

struct section_spec {
	const char *name;
	uint32_t type, link, info;
	uint64_t flags, entsize, align;
	Elf_Type data_type;
	void *data; /* must live until the file is written */
	size_t size;
};

/* Its index, or 0 on failure. */
static uint32_t add_section(struct out *o, const struct section_spec *spec)
{
	Elf_Scn *scn = elf_newscn(o->elf);
	Elf_Data *data = scn ? elf_newdata(scn) : NULL;
	Elf64_Shdr *h = scn ? elf64_getshdr(scn) : NULL;

	if (!data || !h) {
		elf_failed(o->a);
		return 0;
	}
	data->d_buf = spec->data;
	data->d_size = spec->size;
	data->d_align = spec->align;
	data->d_type = spec->data_type;
	data->d_version = EV_CURRENT;
	h->sh_name = add_name(o, spec->name, strlen(spec->name));
	h->sh_type = spec->type;
	h->sh_flags = spec->flags;
	h->sh_link = spec->link;
	h->sh_info = spec->info;
	h->sh_entsize = spec->entsize;
	h->sh_addralign = spec->align;
	return (uint32_t)elf_ndxscn(scn);
}

static uint32_t add_data(
	struct out *o, const char *name, uint64_t flags, uint64_t align, void *data, size_t size)
{
	return add_section(o, &(struct section_spec){ .name = name,
				      .type = SHT_PROGBITS,
				      .flags = flags,
				      .align = align,
				      .data_type = ELF_T_BYTE,
				      .data = data,
				      .size = size });
}

static void add_programs(struct out *o)
{
	struct asm_ctx *a = o->a;

	for (size_t i = 0; i < a->sections.n && !a->fatal; i++) {
		const struct asm_section *s = &a->sections.v[i];
		unsigned char *text = rawbpf_asm_alloc(a, s->insns.n * 8);

		for (size_t j = 0; text && j < s->insns.n; j++)
			rawbpf_asm_put_insn(a, text + j * 8, &s->insns.v[j]);
		if (text)
			o->sections[i] = add_data(
				o, s->name, SHF_ALLOC | SHF_EXECINSTR, 8, text, s->insns.n * 8);
	}
}

/* All zeroes: what a map is, is in its BTF. */
static void add_maps(struct out *o)
{
	struct asm_ctx *a = o->a;
	size_t size = 0;
	void *zeroes;

	for (size_t i = 0; i < a->maps.n; i++)
		size += rawbpf_asm_map_size(&a->maps.v[i]);
	zeroes = rawbpf_asm_alloc(a, size);
	if (size && zeroes)
		o->maps = add_data(o, ".maps", SHF_ALLOC | SHF_WRITE, 8, zeroes, size);
}

static void add_rodata(struct out *o)
{
	struct asm_ctx *a = o->a;
	unsigned char *data = rawbpf_asm_alloc(a, a->rodata_size), *p;

	if (!data || !a->rodata_size)
		return;
	for (size_t i = 0; i < a->vars.n; i++) {
		p = data + a->vars.v[i].offset;
		if (a->vars.v[i].text) {
			memcpy(p, a->vars.v[i].text, a->vars.v[i].size);
			continue;
		}
		switch (rawbpf_asm_types[a->vars.v[i].type].size) {
		case 1:
			*p = (unsigned char)a->vars.v[i].value;
			break;
		case 2:
			rawbpf_asm_put16(a, p, (uint16_t)a->vars.v[i].value);
			break;
		case 4:
			rawbpf_asm_put32(a, p, (uint32_t)a->vars.v[i].value);
			break;
		default:
			rawbpf_asm_put64(a, p, a->vars.v[i].value);
		}
	}
	o->rodata = add_data(o, ".rodata", SHF_ALLOC, 8, data, a->rodata_size);
}

static void add_license_and_version(struct out *o)
{
	struct asm_ctx *a = o->a;
	unsigned char *version;

	if (a->license)
		o->license = add_data(o, "license", SHF_ALLOC | SHF_WRITE, 1,
			(void *)(uintptr_t)a->license, strlen(a->license) + 1);
	if (!a->has_version)
		return;
	version = rawbpf_asm_alloc(a, 4);
	if (!version)
		return;
	rawbpf_asm_put32(a, version, a->version);
	add_data(o, "version", SHF_ALLOC | SHF_WRITE, 4, version, 4);
}

/* ---- symbols and relocations ---------------------------------------------------- */

static void add_symbol(struct out *o, const char *name, size_t len, unsigned char kind,
	uint32_t section, uint64_t value, uint64_t size)
{
	o->syms[o->nsyms++] = (Elf64_Sym){
		.st_name = add_name(o, name, len),
		.st_info = ELF64_ST_INFO(STB_GLOBAL, kind),
		.st_shndx = (Elf64_Half)section,
		.st_value = value,
		.st_size = size,
	};
}

/* In this order: programs, maps, variables; symbol_of() counts on it. */
static void add_symbols(struct out *o)
{
	struct asm_ctx *a = o->a;
	uint64_t at = 0;

	o->nsyms = 1;
	for (size_t i = 0; i < a->progs.n; i++) {
		const struct asm_prog *p = &a->progs.v[i];

		add_symbol(o, p->name->text, p->name->len, STT_FUNC, o->sections[p->section],
			(uint64_t)p->slot * 8, (uint64_t)p->nslots * 8);
	}
	for (size_t i = 0; i < a->maps.n; i++) {
		uint32_t size = rawbpf_asm_map_size(&a->maps.v[i]);

		add_symbol(o, a->maps.v[i].name->text, a->maps.v[i].name->len, STT_OBJECT, o->maps,
			at, size);
		at += size;
	}
	for (size_t i = 0; i < a->vars.n; i++)
		add_symbol(o, a->vars.v[i].name->text, a->vars.v[i].name->len, STT_OBJECT,
			o->rodata, a->vars.v[i].offset, a->vars.v[i].size);
	if (a->license)
		add_symbol(o, "_license", 8, STT_OBJECT, o->license, 0, strlen(a->license) + 1);
}

static uint64_t symbol_of(const struct asm_ctx *a, const struct asm_name *n)
{
	if (n->obj_kind == OBJ_PROG)
		return 1 + n->obj;
	return 1 + a->progs.n + (n->obj_kind == OBJ_VAR ? a->maps.n : 0) + n->obj;
}

static void add_relocs(struct out *o, size_t index, uint32_t symtab)
{
	struct asm_ctx *a = o->a;
	const struct asm_section *s = &a->sections.v[index];
	Elf64_Rel *rels = rawbpf_asm_alloc(a, s->relocs.n * sizeof(*rels));
	size_t len = strlen(s->name);
	char *name = rawbpf_asm_alloc(a, len + 5);

	if (!rels || !name || !s->relocs.n)
		return;
	snprintf(name, len + 5, ".rel%s", s->name);
	for (size_t i = 0; i < s->relocs.n; i++) {
		rels[i].r_offset = (uint64_t)s->relocs.v[i].slot * 8;
		rels[i].r_info = ELF64_R_INFO(
			symbol_of(a, s->relocs.v[i].name), s->relocs.v[i].call ? R_64_32 : R_64_64);
	}
	add_section(o, &(struct section_spec){ .name = name,
			       .type = SHT_REL,
			       .flags = SHF_INFO_LINK,
			       .link = symtab,
			       .info = o->sections[index],
			       .entsize = sizeof(*rels),
			       .align = 8,
			       .data_type = ELF_T_REL,
			       .data = rels,
			       .size = s->relocs.n * sizeof(*rels) });
}

/* .symtab links to .strtab, which comes last: its index is known, its bytes are not yet. */
static void add_tables(struct out *o, uint32_t relocated)
{
	uint32_t symtab = add_section(o, &(struct section_spec){ .name = ".symtab",
						 .type = SHT_SYMTAB,
						 .info = 1,
						 .entsize = sizeof(*o->syms),
						 .align = 8,
						 .data_type = ELF_T_SYM,
						 .data = o->syms,
						 .size = o->nsyms * sizeof(*o->syms) });
	Elf64_Shdr *h = elf64_getshdr(elf_getscn(o->elf, symtab));

	if (h)
		h->sh_link = symtab + relocated + 1;
	for (size_t i = 0; i < o->a->sections.n && !o->a->fatal; i++)
		add_relocs(o, i, symtab);
}

static void add_strtab(struct out *o)
{
	Elf_Data *data;
	uint32_t index = add_section(o, &(struct section_spec){ .name = ".strtab",
						.type = SHT_STRTAB,
						.align = 1,
						.data_type = ELF_T_BYTE });
	Elf64_Ehdr *eh = elf64_getehdr(o->elf);

	data = index ? elf_getdata(elf_getscn(o->elf, index), NULL) : NULL;
	if (!data || !eh) {
		elf_failed(o->a);
		return;
	}
	data->d_buf = o->names.p;
	data->d_size = o->names.n;
	eh->e_shstrndx = (Elf64_Half)index;
}

/* ---- the file
 * ------------------------------------------------------------------------------------ */

static void fill(struct out *o, struct asm_bytes *btf, struct asm_bytes *ext)
{
	Elf64_Ehdr *h = elf64_newehdr(o->elf);
	uint32_t relocated = 0;

	if (!h) {
		elf_failed(o->a);
		return;
	}
	h->e_ident[EI_DATA] = o->a->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	h->e_type = ET_REL;
	h->e_machine = MACHINE_BPF;
	h->e_version = EV_CURRENT;
	add_name(o, "", 0);
	add_programs(o);
	add_license_and_version(o);
	add_maps(o);
	add_rodata(o);
	add_data(o, ".BTF", 0, 4, btf->p, btf->n);
	add_data(o, ".BTF.ext", 0, 4, ext->p, ext->n);
	add_symbols(o);
	for (size_t i = 0; i < o->a->sections.n; i++)
		relocated += o->a->sections.v[i].relocs.n > 0;
	if (!o->a->fatal)
		add_tables(o, relocated);
	if (!o->a->fatal)
		add_strtab(o);
}

/* libelf writes to files only. */
static int scratch_file(void)
{
#ifdef MFD_CLOEXEC
	int fd = memfd_create("rawbpf-asm", MFD_CLOEXEC);

	if (fd >= 0)
		return fd;
#endif
	FILE *f = tmpfile();
	int copy = f ? fcntl(fileno(f), F_DUPFD_CLOEXEC, 3) : -1;

	if (f)
		fclose(f);
	return copy;
}

/* All that is written by now; the object in memory is as large as it all. */
static void free_early(struct asm_ctx *a, struct asm_bytes *btf, struct asm_bytes *ext)
{
	free(btf->p);
	free(ext->p);
	*btf = *ext = (struct asm_bytes){ 0 };
	for (size_t i = 0; i < a->sections.n; i++) {
		free(a->sections.v[i].insns.v);
		free(a->sections.v[i].lines.v);
		a->sections.v[i].insns.v = NULL;
		a->sections.v[i].lines.v = NULL;
	}
}

static int read_back(struct asm_ctx *a, int fd, size_t size, void **out, size_t *len)
{
	unsigned char *bytes = malloc(size ? size : 1);
	size_t n = 0;
	ssize_t got;

	while (bytes && n < size && (got = pread(fd, bytes + n, size - n, (off_t)n)) > 0)
		n += (size_t)got;
	if (!bytes || n < size) {
		a->fatal = bytes ? -EIO : -ENOMEM;
		free(bytes);
		return a->fatal;
	}
	*out = bytes;
	*len = size;
	return 0;
}

static int write_elf(
	struct out *o, struct asm_bytes *btf, struct asm_bytes *ext, void **elf, size_t *len)
{
	struct asm_ctx *a = o->a;
	int fd = scratch_file();
	int64_t size = -1;

	if (fd < 0)
		return rawbpf_error(
			a->sink, a->fatal = -EIO, NULL, "no temporary file for the object");
	elf_version(EV_CURRENT);
	o->elf = elf_begin(fd, ELF_C_WRITE, NULL);
	if (!o->elf)
		elf_failed(a);
	else
		fill(o, btf, ext);
	if (!a->fatal) {
		size = elf_update(o->elf, ELF_C_WRITE);
		if (size < 0)
			elf_failed(a);
	}
	elf_end(o->elf);
	free_early(a, btf, ext);
	if (!a->fatal)
		read_back(a, fd, (size_t)size, elf, len);
	close(fd);
	return a->fatal;
}

int rawbpf_asm_elf(struct asm_ctx *a, void **elf, size_t *len)
{
	struct asm_bytes btf = { 0 }, ext = { 0 };
	struct out o = { .a = a };

	o.syms = rawbpf_asm_alloc(a, (2 + a->progs.n + a->maps.n + a->vars.n) * sizeof(*o.syms));
	o.sections = rawbpf_asm_alloc(a, a->sections.n * sizeof(*o.sections));
	if (!a->fatal)
		rawbpf_asm_btf(a, &btf, &ext);
	if (!a->fatal)
		write_elf(&o, &btf, &ext, elf, len);
	free(btf.p);
	free(ext.p);
	free(o.names.p);
	return a->fatal;
}
