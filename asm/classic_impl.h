/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of classic BPF share: classic_find.c recognises a classic source, classic.c
 * reads statements, classic_operand.c what follows a mnemonic, classic_numbers.c programs that
 * are numbers, classic_jump.c labels. classic_words.c has the tables of classic.def. convert.c
 * makes extended BPF of a whole program.
 */
#ifndef RAWBPF_CLASSIC_IMPL_H
#define RAWBPF_CLASSIC_IMPL_H

#include "classic.h"
#include "impl.h"

#define CLASSIC_MAX_INSNS 65535 /* what struct sock_fprog can count */
#define CLASSIC_MEMWORDS 16
#define CLASSIC_AD_OFF 0xfffff000U

/* Forms of operands, in the order in which a message lists them. */
enum classic_operand {
	OP_NOTHING,
	OP_IMM,  /* #k */
	OP_BARE, /* k */
	OP_A,
	OP_X,
	OP_ABS, /* [k] */
	OP_IND, /* [x + k] */
	OP_MEM, /* M[k] */
	OP_MSH, /* 4*([k]&0xf) */
	OP_LEN,
	OP_EXT,
	OP_TARGET,
	OP_COUNT
};

enum classic_jump { JUMP_NONE, JUMP_ALWAYS, JUMP_IF, JUMP_UNLESS };
enum classic_users { USERS_NOBODY, USERS_SOCKET, USERS_BOTH };

struct classic_row {
	char name[6];
	uint8_t operand, code, jump, users;
};
extern const struct classic_row rawbpf_classic_rows[];
extern const size_t rawbpf_classic_nrows;

/* Are these rows of one mnemonic? */
bool rawbpf_classic_same(const struct classic_row *x, const struct classic_row *y);
/* The row with this code that is no alias; NULL: there is no such instruction. */
const struct classic_row *rawbpf_classic_row(uint16_t code);
/* Its name at SKF_AD_OFF + offset; NULL: nothing is there. */
const char *rawbpf_classic_ext(uint32_t offset);

enum classic_word_kind { W_NONE, W_MNEMONIC, W_EXT, W_LEN, W_A, W_X, W_MEM };

/* What a name means here. Case does not matter. */
struct classic_word {
	char name[12];
	uint8_t kind;
	uint8_t value; /* of a mnemonic: its first row; of an extension: its offset */
};
const struct classic_word *rawbpf_classic_word(struct asm_name *name);
/* "; did you mean 'jeq'?" or "". */
const char *rawbpf_classic_suggest(const char *text, size_t len, char buf[ASM_SEEN_MAX * 2]);
int rawbpf_classic_constants(struct asm_ctx *a);

/* ---- the program ------------------------------------------------------------------ */

struct classic_label {
	struct asm_name *name;
	struct asm_pos pos;
	uint32_t insn;
};

/* A jump that waits for its label, or for the number of instructions to be known. */
struct classic_target {
	enum { TARGET_LABEL, TARGET_NUMBER, TARGET_DISTANCE } kind;
	enum { TARGET_JT, TARGET_JF, TARGET_K } field;
	uint32_t insn;
	struct asm_name *name;
	int64_t number;
	struct asm_pos pos;
};

struct classic {
	struct asm_ctx *a;
	ASM_VEC(struct rawbpf_classic_insn) insns;
	ASM_VEC(struct asm_pos) pos; /* one per instruction */
	ASM_VEC(struct classic_label) labels;
	ASM_VEC(struct classic_target) targets;
	bool broken; /* instructions are missing: numbers do not count */
	bool full;
	bool tcpdump;   /* this line starts with its number */
	bool has_count; /* the program starts with its length, */
	uint64_t count; /* which is this */
	struct asm_pos count_pos;
};

static inline enum classic_word_kind classic_kind(const struct asm_tok *t)
{
	return t->kind == T_NAME ? rawbpf_classic_word(t->name)->kind : W_NONE;
}

/* Appends an instruction that stands at `pos`. */
int rawbpf_classic_add(
	struct classic *c, const struct asm_pos *pos, struct rawbpf_classic_insn insn);
/* At the end of a line, where more is needed: goes on to the next if it continues this one. */
void rawbpf_classic_next_line(struct classic *c, bool comma_only);
static inline void classic_join(struct classic *c, bool comma_only)
{
	if (c->a->tok.kind == T_NL)
		rawbpf_classic_next_line(c, comma_only);
}

/* classic_operand.c */
struct classic_arg {
	enum classic_operand form;
	uint32_t k;
	struct asm_pos pos;
};
/* The operand of an instruction whose rows start at `rows`. */
int rawbpf_classic_operand(
	struct classic *c, const struct classic_row *rows, struct classic_arg *arg);
/* Says that the mnemonic at `t` does not go with this operand, and which do. */
int rawbpf_classic_wrong_operand(struct classic *c, const struct asm_tok *t,
	const struct classic_row *rows, const struct classic_arg *arg);

/* classic_jump.c */
int rawbpf_classic_label(struct classic *c, const struct asm_tok *t);
/* The targets after a jump's operand, for the instruction that comes next. */
int rawbpf_classic_targets(struct classic *c, enum classic_jump jump);
void rawbpf_classic_resolve(struct classic *c);

/* classic_numbers.c: at '{', at the words before it, and at a number */
int rawbpf_classic_array(struct classic *c);
int rawbpf_classic_row_of_c(struct classic *c);
int rawbpf_classic_decimals(struct classic *c);
void rawbpf_classic_check_count(struct classic *c);

/* classic_find.c: is this text classic BPF? */
bool rawbpf_classic_found(const struct asm_src *src);

/*
 * convert.c: appends the program `filter`, section "socket", license GPL, that does what this
 * checked program does. pos: one per instruction, for messages and line info. What cannot be
 * converted is said (-EINVAL).
 */
int rawbpf_classic_convert(struct asm_ctx *a, const struct rawbpf_classic_insn *insns, size_t n,
	const struct asm_pos *pos);

/*
 * Scans and assembles `src`, and with opts->to_ebpf converts it; *insns is the caller's to
 * free().
 */
int rawbpf_classic_assemble(struct asm_ctx *a, const struct asm_src *src,
	struct rawbpf_classic_insn **insns, size_t *n);

#endif
