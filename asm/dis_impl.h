/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the disassembler's own files share.
 *
 * The way of an object: elfdis.c makes plain sections and symbols of ELF, disbtf.c
 * and disext.c add what BTF knows, dismap.c and disobj.c write directives, disprog.c programs.
 * Other inputs: disin.c makes slots of them. dis.c joins all.
 *
 * The asm_ctx is there for its memory, its reader of files and its words: names that
 * the assembler would not take are found by asking for them.
 */
#ifndef RAWBPF_ASM_DIS_IMPL_H
#define RAWBPF_ASM_DIS_IMPL_H

#include "decode.h"
#include "dis.h"

#define DIS_MAX_NOTES 40

struct dis_reloc {
	uint32_t slot, type, symbol;
};

struct dis_func {
	uint32_t slot;
	const char *name;
};

struct dis_line {
	uint32_t slot, line;
	const char *file, *text;
};

struct dis_core {
	uint32_t slot;
	const char *text;
};

struct dis_section {
	const char *name; /* as in the file: any bytes */
	uint32_t type;
	uint64_t flags, size;
	const unsigned char *data; /* NULL: has none in the file */
	bool has_funcs;            /* BTF names its functions */
	/* Of programs; each sorted by slot. */
	ASM_VEC(struct dis_reloc) relocs;
	ASM_VEC(struct dis_func) funcs;
	ASM_VEC(struct dis_line) lines;
	ASM_VEC(struct dis_core) cores;
};

struct dis_symbol {
	const char *name; /* printable */
	uint64_t value, size;
	uint32_t section; /* 0: somewhere else */
	uint8_t type, bind;
};

/* A map, a variable or a function of .text that the text defines. */
struct dis_object {
	const char *name;
	uint32_t section;
	uint64_t offset;
	bool function;
};

struct dis_btf {
	const unsigned char *types, *strs;
	uint32_t types_len, strs_len;
	uint32_t *at; /* by type id: its offset in types; 0 is void */
	uint32_t n;   /* ids are below this */
};

struct dis_code {
	const unsigned char *bytes;
	uint32_t nslots;
	const char *name, *section;
	const struct dis_section *sec; /* NULL: not from ELF */
	uint32_t first;                /* slot in the section */
};

struct dis {
	struct asm_ctx *a;
	const struct rawbpf_dis_opts *opts;
	const char *path;
	bool big_endian;
	struct asm_decoder decoder;
	struct asm_bytes out; /* the text but its head */
	ASM_VEC(const char *) notes;
	size_t nnotes; /* with those that are too many to keep */
	size_t relocs_left, calls_left, cores_left;

	/* of ELF */
	struct dis_section *sections;
	uint32_t nsections;
	struct dis_symbol *symbols;
	size_t nsymbols;
	struct dis_btf btf;
	ASM_VEC(struct dis_object) objects;
	const char *label_prefix;
};

/* ---- dis.c ------------------------------------------------------------------------ */

/* Room for n bytes at the end of the text (not yet counted), or NULL. */
char *rawbpf_dis_room(struct dis *d, size_t n);
/* Formatted text; for what is there once. */
void rawbpf_dis_printf(struct dis *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text between quotes, as the assembler's strings have it. */
void rawbpf_dis_quoted(struct dis *d, const char *text);
/* Keeps a sentence about what will not assemble again. */
void rawbpf_dis_note(struct dis *d, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The bytes up to a NUL or `max`, what is not printable as '?'; lives as long as d. */
const char *rawbpf_dis_clean(struct dis *d, const char *text, size_t max);
/* Whether the assembler lets an object, or a function that is called, have this name. */
bool rawbpf_dis_may_name(struct dis *d, const char *name, bool called);
/* The same for an object; a name is taken once. */
bool rawbpf_dis_take_name(struct dis *d, const char *name);
/* The name or, with a note, one like it that may be used. */
const char *rawbpf_dis_object_name(struct dis *d, const char *what, const char *name);
/* -ENOEXEC, after saying why. */
#define DIS_BROKEN(d, ...) rawbpf_error((d)->a->sink, -ENOEXEC, (d)->path, __VA_ARGS__)

/* ---- the rest --------------------------------------------------------------------- */

/* elfdis.c: sections and symbols; -ENOEXEC: no BPF object. */
int rawbpf_dis_read_elf(struct dis *d, const void *image, size_t len);
void rawbpf_dis_free_elf(struct dis *d);
struct dis_section *rawbpf_dis_section(struct dis *d, const char *name);

/* disbtf.c. Broken BTF is noted, and then there is none. */
void rawbpf_dis_open_btf(struct dis *d);
/* A string of .BTF, printable; "" where there is none. */
const char *rawbpf_dis_btf_string(struct dis *d, uint32_t offset);
const char *rawbpf_dis_btf_name(struct dis *d, uint32_t id);
/* Through names and qualifiers; NULL where that does not end. */
const unsigned char *rawbpf_dis_btf_strip(const struct dis *d, uint32_t id);
/* Bytes of a type; 0: not known, or too many. */
uint32_t rawbpf_dis_btf_size(const struct dis *d, uint32_t id);
static inline uint32_t dis_word(const struct dis *d, const unsigned char *p)
{
	return (uint32_t)rawbpf_asm_get(p, 4, d->big_endian);
}
/* A type's three words and what follows; NULL for void and ids that do not exist. */
static inline const unsigned char *dis_type(const struct dis *d, uint32_t id)
{
	return id && id < d->btf.n ? d->btf.types + d->btf.at[id] : NULL;
}
static inline unsigned dis_kind(const struct dis *d, const unsigned char *t)
{
	return t ? dis_word(d, t + 4) >> 24 & 31 : 0;
}
static inline uint32_t dis_vlen(const struct dis *d, const unsigned char *t)
{
	return dis_word(d, t + 4) & 0xffff;
}
/* dismap.c: the lines, and what their names stand for in `objects` */
void rawbpf_dis_maps(struct dis *d);
void rawbpf_dis_consts(struct dis *d);
/* disext.c: functions, lines and CO-RE relocations to their sections. */
void rawbpf_dis_read_ext(struct dis *d);

/* disobj.c */
int rawbpf_dis_object(struct dis *d, const void *image, size_t len);
/* disprog.c */
int rawbpf_dis_object_order(const void *a, const void *b); /* of struct dis_object, by place */
void rawbpf_dis_program(struct dis *d, const struct dis_code *code);
/* disin.c: the slots of what is not ELF; *bytes is `data` or lives as long as d. */
int rawbpf_dis_input(
	struct dis *d, const char *data, size_t len, const unsigned char **bytes, size_t *nbytes);

#endif
