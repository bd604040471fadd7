/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A bounds-checked view over BTF bytes: nothing is copied, no tree is built.
 * Either byte order. Sources: Documentation/bpf/btf.rst, include/uapi/linux/btf.h.
 */
#ifndef RAWBPF_BTF_H
#define RAWBPF_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rawbpf_btf_kind {
	RAWBPF_BTF_VOID,
	RAWBPF_BTF_INT,
	RAWBPF_BTF_PTR,
	RAWBPF_BTF_ARRAY,
	RAWBPF_BTF_STRUCT,
	RAWBPF_BTF_UNION,
	RAWBPF_BTF_ENUM,
	RAWBPF_BTF_FWD,
	RAWBPF_BTF_TYPEDEF,
	RAWBPF_BTF_VOLATILE,
	RAWBPF_BTF_CONST,
	RAWBPF_BTF_RESTRICT,
	RAWBPF_BTF_FUNC,
	RAWBPF_BTF_FUNC_PROTO,
	RAWBPF_BTF_VAR,
	RAWBPF_BTF_DATASEC,
	RAWBPF_BTF_FLOAT,
	RAWBPF_BTF_DECL_TAG,
	RAWBPF_BTF_TYPE_TAG,
	RAWBPF_BTF_ENUM64,
	RAWBPF_BTF_NKINDS,
};

struct rawbpf_btf {
	const unsigned char *types; /* the type section */
	uint32_t types_len;
	const char *strings; /* its last byte is 0 */
	uint32_t strings_len;
	bool swap;       /* the bytes are in the other byte order */
	const char *why; /* what was wrong, after an error; static */
	/* Byte offset of type id i, once rawbpf_btf_index was called; [0] is void. */
	uint32_t *offsets;
	uint32_t ntypes; /* ids are below it */
};

/* One type. `members` are `vlen` records behind it, of a size that the kind fixes. */
struct rawbpf_btf_type {
	enum rawbpf_btf_kind kind;
	uint32_t name_off, vlen;
	bool kflag;
	uint32_t size; /* or the type id that it refers to */
	const unsigned char *members;
	uint32_t offset; /* of the type in the type section */
};

/* STRUCT and UNION: {name, type, offset in bits}; ENUM64: {name, low, high}. */
/* DATASEC: {type, offset, size}; ENUM: {name, value}; ARRAY: one {type, index type, nelems}. */
#define RAWBPF_BTF_MEMBER_SIZE 12

/* Checks the header. -EINVAL: btf->why says what is wrong. Nothing to free. */
int rawbpf_btf_open(struct rawbpf_btf *btf, const void *data, size_t len);
/* Checks every type and remembers where each begins. -EINVAL (btf->why), -ENOMEM. */
int rawbpf_btf_index(struct rawbpf_btf *btf);
void rawbpf_btf_close(struct rawbpf_btf *btf);

/*
 * The type at *pos, which moves behind it: start with 0. 0 at the end, 1 for a
 * type, -EINVAL (btf->why) when it is broken or of a kind not known here.
 */
int rawbpf_btf_next(struct rawbpf_btf *btf, uint32_t *pos, struct rawbpf_btf_type *type);
/* The type of that id; -EINVAL if there is none. Void has kind 0. */
int rawbpf_btf_get(const struct rawbpf_btf *btf, uint32_t id, struct rawbpf_btf_type *type);
/* The same, behind typedef, const, volatile, restrict and type tags. *id follows too. */
int rawbpf_btf_strip(const struct rawbpf_btf *btf, uint32_t *id, struct rawbpf_btf_type *type);
/* sizeof, in bytes; -EINVAL for what has none. */
int rawbpf_btf_sizeof(const struct rawbpf_btf *btf, uint32_t id, uint32_t *size);
/* A string; "" when the offset is outside. */
const char *rawbpf_btf_str(const struct rawbpf_btf *btf, uint32_t offset);
/* Word `i` of the record at `p`, in the host's byte order. */
uint32_t rawbpf_btf_word(const struct rawbpf_btf *btf, const unsigned char *p, unsigned i);
/* The id of the DATASEC of that name, 0 if there is none. */
uint32_t rawbpf_btf_datasec(const struct rawbpf_btf *btf, const char *name);

#endif
