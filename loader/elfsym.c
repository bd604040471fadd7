/* SPDX-License-Identifier: BSD-2-Clause */
#include "elfsym.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct rawbpf_exe_field st_name = RAWBPF_EXE_FIELD(Sym, st_name),
				     st_info = RAWBPF_EXE_FIELD(Sym, st_info),
				     st_other = RAWBPF_EXE_FIELD(Sym, st_other),
				     st_shndx = RAWBPF_EXE_FIELD(Sym, st_shndx),
				     st_value = RAWBPF_EXE_FIELD(Sym, st_value),
				     st_size = RAWBPF_EXE_FIELD(Sym, st_size);

/* A symbol table, its strings, and for .dynsym its versions. */
struct table {
	const struct rawbpf_exe *exe;
	unsigned char *syms, *strings, *versym, *verdef;
	uint64_t nsyms, entsize, strings_size, nversym, verdef_size;
	size_t verdef_strings; /* the section of its names */
};

static void free_table(struct table *t)
{
	free(t->syms);
	free(t->strings);
	free(t->versym);
	free(t->verdef);
}

/* Versions are extra: a file whose version sections are broken is read without. */
static void load_versions(struct table *t, size_t symbols)
{
	const struct rawbpf_exe *exe = t->exe;

	for (size_t i = 0; i < exe->nsections; i++) {
		const struct rawbpf_exe_section *s = &exe->sections[i];

		if (s->type == SHT_GNU_versym && s->link == symbols && !t->versym &&
			rawbpf_exe_load(exe, i, &t->versym) >= 0)
			t->nversym = s->size / 2;
		if (s->type == SHT_GNU_verdef && s->link == exe->sections[symbols].link &&
			!t->verdef && rawbpf_exe_load(exe, i, &t->verdef) >= 0)
			t->verdef_size = s->size;
	}
}

static int load_table(struct table *t, const struct rawbpf_exe *exe, size_t section)
{
	const struct rawbpf_exe_section *s = &exe->sections[section];
	int rc;

	memset(t, 0, sizeof(*t));
	t->exe = exe;
	t->entsize = s->entsize;
	if (t->entsize < (exe->is64 ? sizeof(Elf64_Sym) : sizeof(Elf32_Sym)) ||
		s->link >= exe->nsections)
		return -ENOEXEC;
	t->nsyms = s->size / t->entsize;
	rc = rawbpf_exe_load(exe, section, &t->syms);
	if (rc >= 0)
		rc = rawbpf_exe_load(exe, s->link, &t->strings);
	if (rc < 0) {
		free_table(t);
		return rc;
	}
	t->strings_size = exe->sections[s->link].size;
	if (s->type == SHT_DYNSYM)
		load_versions(t, section);
	return 0;
}

/* The table's strings end in a NUL of ours. */
static const char *string_at(const struct table *t, uint64_t offset)
{
	return offset < t->strings_size ? (const char *)t->strings + offset : "";
}

/*
 * The index that versym has for version `want`; -1 if it is not defined.
 * verdef entries are {u16 version, flags, ndx, cnt; u32 hash, aux, next}, their
 * first aux {u32 name, next}; each is reached from the one before, so a chain
 * can only go forward, to the section's end.
 */
static int version_index(const struct table *t, const char *want)
{
	uint64_t at = 0, aux, next;

	while (t->verdef && at + 20 <= t->verdef_size) {
		const unsigned char *p = t->verdef + at;

		aux = at + rawbpf_exe_get(t->exe, p + 12, 4);
		if (aux + 8 <= t->verdef_size &&
			!strcmp(string_at(t, rawbpf_exe_get(t->exe, t->verdef + aux, 4)), want))
			return (int)rawbpf_exe_get(t->exe, p + 4, 2);
		next = rawbpf_exe_get(t->exe, p + 16, 4);
		if (!next)
			break;
		at += next;
	}
	return -1;
}

/* What is looked for: "memcpy@GLIBC_2.14" in two. */
struct wanted {
	const char *full, *version; /* version NULL: the default one */
	size_t len;                 /* of the name alone */
	int index;                  /* of the version in this table; -1: it has none */
	int rank;                   /* of what was found so far */
	struct rawbpf_function *out;
};

/* In .dynsym versions are numbers aside, in .symtab they may be part of the name. */
static bool matches(const struct wanted *w, const char *name, int versym)
{
	const char *at = name + w->len;

	if (strncmp(name, w->full, w->len) || (*at && *at != '@'))
		return false;
	if (!*at)
		return !w->version || (w->index >= 0 && (versym & 0x7fff) == w->index);
	at += strspn(at, "@");
	return !w->version || !strcmp(at, w->version);
}

/* Higher is better: global before local, default before hidden version, typed before not. */
static int rank_of(unsigned info, const char *name, int versym)
{
	bool hidden = versym & 0x8000;
	const char *at = strchr(name, '@');

	if (at)
		hidden = at[1] != '@';
	return 1 + ((info & 15) != STT_NOTYPE) + 2 * !hidden + 4 * (info >> 4 != STB_LOCAL);
}

static void take(struct wanted *w, const struct table *t, const unsigned char *sym, int rank)
{
	unsigned info = (unsigned)rawbpf_exe_field(t->exe, sym, st_info);
	uint64_t value = rawbpf_exe_field(t->exe, sym, st_value);
	struct rawbpf_function *out = w->out;

	if (w->rank && value != out->value) {
		if (rank == w->rank)
			out->same_name++;
		out->versions++;
	}
	if (rank <= w->rank)
		return;
	w->rank = rank;
	out->same_name = 1;
	out->value = value;
	out->size = rawbpf_exe_field(t->exe, sym, st_size);
	out->ifunc = (info & 15) == STT_GNU_IFUNC;
	out->local = info >> 4 == STB_LOCAL;
	out->other = (unsigned char)rawbpf_exe_field(t->exe, sym, st_other);
}

static bool is_function(unsigned info)
{
	unsigned type = info & 15;

	return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

static void search(struct wanted *w, const struct table *t, struct rawbpf_nearest *near)
{
	if (w->version)
		w->index = version_index(t, w->version);
	for (uint64_t i = 1; i < t->nsyms; i++) {
		const unsigned char *sym = t->syms + i * t->entsize;
		unsigned info = (unsigned)rawbpf_exe_field(t->exe, sym, st_info);
		const char *name = string_at(t, rawbpf_exe_field(t->exe, sym, st_name));
		int versym = 0;

		if (!*name || rawbpf_exe_field(t->exe, sym, st_shndx) == SHN_UNDEF ||
			!is_function(info))
			continue;
		if (i < t->nversym)
			versym = (int)rawbpf_exe_get(t->exe, t->versym + 2 * i, 2);
		if (matches(w, name, versym)) {
			take(w, t, sym, rank_of(info, name, versym));
			continue;
		}
		if (!strncmp(name, w->full, w->len) && (!name[w->len] || name[w->len] == '@'))
			w->out->wrong_version = true;
		if (near)
			rawbpf_nearest_see(near, name);
	}
}

/* ppc64 (little-endian ABI): calls within a file enter after the first instructions. */
static uint64_t local_entry(const struct rawbpf_exe *exe, unsigned char other)
{
	if (exe->machine != EM_PPC64 || exe->big)
		return 0;
	return ((1U << (other >> 5)) >> 2) << 2;
}

static int finish(const struct rawbpf_exe *exe, const struct wanted *w)
{
	struct rawbpf_function *out = w->out;

	if (!w->rank)
		return -ENOENT;
	if (out->same_name > 1)
		return -EADDRNOTAVAIL;
	if (exe->machine == EM_ARM && (out->value & 1))
		return -ENOTSUP;
	if (rawbpf_exe_offset(exe, out->value, &out->offset) < 0)
		return -ENOEXEC;
	out->offset += local_entry(exe, out->other);
	return 0;
}

int rawbpf_exe_function(const struct rawbpf_exe *exe, const char *name, struct rawbpf_function *out,
	struct rawbpf_nearest *near)
{
	static const uint32_t types[] = { SHT_DYNSYM, SHT_SYMTAB };
	size_t len = strcspn(name, "@");
	struct wanted w = { .full = name, .len = len, .out = out };
	struct table table;
	int rc;

	memset(out, 0, sizeof(*out));
	if (name[len])
		w.version = name + len + strspn(name + len, "@");
	for (size_t t = 0; t < 2 && !w.rank; t++) {
		for (size_t i = 0; i < exe->nsections; i++) {
			if (exe->sections[i].type != types[t])
				continue;
			rc = load_table(&table, exe, i);
			if (rc < 0)
				return rc;
			w.index = -1;
			search(&w, &table, near);
			free_table(&table);
		}
	}
	return finish(exe, &w);
}
