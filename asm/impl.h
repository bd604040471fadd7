/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the assembler's own files share. Nothing here is for callers: asm.h is.
 *
 * The way of a program: source.c finds and reads files, scan.c makes tokens,
 * directive.c sends each statement to itself, pseudoc.c or mnemonic.c (dialect.c
 * says which), these append to `struct asm_ctx`, fixup.c ends programs, object.c checks the whole,
 * btfwrite.c and elfwrite.c turn it into bytes.
 *
 * Functions return 0 or -errno. One that returns -EINVAL has said why.
 */
#ifndef RAWBPF_ASM_IMPL_H
#define RAWBPF_ASM_IMPL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "asm.h"

#define ASM_MAX_ERRORS 20
#define ASM_MAX_DEPTH 32           /* of .include, and of parentheses */
#define ASM_MAX_INCLUDES 1000      /* in one run: two includes per level would be 2^32 */
#define ASM_MAX_FILE (256U << 20)  /* bytes of one file */
#define ASM_MAX_SLOTS (1U << 26)   /* of one section */
#define ASM_MAX_SECTIONS 30000     /* ELF counts them in 16 bits, with their relocations */
#define ASM_MAX_OBJECTS 65535      /* maps or variables: BTF counts them in 16 bits */
#define ASM_MAX_RODATA (64U << 20) /* bytes; offsets are 32 bits */
#define ASM_MAX_NAME 127           /* what the kernel's BTF takes on every version */
#define ASM_MAX_LICENSE 127        /* what the kernel reads, without the NUL */

/* ---- growing arrays ------------------------------------------------------------- */

#define ASM_VEC(T)                                                                                 \
	struct {                                                                                   \
		T *v;                                                                              \
		size_t n, cap;                                                                     \
	}

/* A pointer to a new, not cleared element; NULL (and ctx->fatal set) without memory. */
#define ASM_PUSH(a, vec)                                                                           \
	(((vec).n < (vec).cap ||                                                                   \
		 ((vec).v = rawbpf_asm_grow((a), (vec).v, &(vec).cap, 1, sizeof(*(vec).v)),        \
			 (vec).n < (vec).cap))                                                     \
			? &(vec).v[(vec).n++]                                                      \
			: NULL)

struct asm_ctx;

/* At least doubles *cap and makes room for `more`; on failure v and *cap stay as they were. */
void *rawbpf_asm_grow(struct asm_ctx *a, void *v, size_t *cap, size_t more, size_t elem);

/* ---- text ----------------------------------------------------------------------- */

struct asm_src {
	char *name;
	char *text; /* NUL after its `len` bytes */
	size_t len;
	uint64_t dev, ino;              /* ino 0: not a file */
	const struct asm_src *includer; /* NULL: none */
	const char *included_at;        /* and where in its text */
};

struct asm_pos {
	const struct asm_src *src; /* NULL: a built-in thing, or the command line */
	const char *at;
	uint32_t line, len;
};

/* clang-format off */
enum asm_tok_kind {
	T_EOF,
	T_NL,
	T_SEMI,
	T_BAD, /* scan.c has said what is wrong with it */
	T_NAME,
	T_NUM,
	T_STR, /* its bytes are at + 1, len - 2 */
	T_LBRACE, T_RBRACE, /* only in classic BPF */
	T_LPAREN, T_RPAREN, T_LBRACKET, T_RBRACKET, T_COMMA, T_COLON, T_QUESTION, T_HASH,
	T_ADD, T_SUB, T_MUL, T_DIV, T_MOD, T_AND, T_OR, T_XOR, T_SHL, T_SHR, T_TILDE, T_NOT,
	T_LT, T_GT, T_LE, T_GE, T_EQ, T_NE, T_ANDAND, T_OROR,
	T_ASSIGN, T_ADD_ASSIGN, T_SUB_ASSIGN, T_MUL_ASSIGN, T_DIV_ASSIGN, T_MOD_ASSIGN,
	T_AND_ASSIGN, T_OR_ASSIGN, T_XOR_ASSIGN, T_SHL_ASSIGN, T_SHR_ASSIGN,
};
/* clang-format on */

struct asm_name;

struct asm_tok {
	enum asm_tok_kind kind;
	struct asm_pos pos;
	union {
		struct asm_name *name;
		uint64_t num;
	};
};

/* ---- names: each identifier once, with all that it can mean --------------------- */

/* An exact integer, -2^63 to 2^64 - 1: two's complement, with `neg` as the 65th bit. */
struct asm_val {
	uint64_t bits;
	bool neg;
};

struct asm_const {
	struct asm_val value;
	struct asm_pos pos;
	bool may_change; /* by .set */
};

enum asm_kw {
	K_NONE,
	K_IF,
	K_GOTO,
	K_GOTOL,
	K_MAY_GOTO,
	K_GOTOX,
	K_CALL,
	K_CALLX,
	K_EXIT,
	K_LOCK,
	K_LL,
	K_SKB,
	K_PC,
	K_S, /* s in s>>= */
	K_LD_PSEUDO,
	K_STORE_RELEASE,
	K_LOAD_ACQUIRE,
	K_ADDR_SPACE_CAST,
	K_END,         /* be16 ...; row of the END table */
	K_FETCH,       /* atomic_fetch_add ...: either size; row is the imm */
	K_FETCH64,     /* atomic64_fetch_add ... */
	K_XCHG,        /* LLVM's xchg_64, xchg32_32: row is the size in bytes */
	K_CMPXCHG,     /* LLVM's cmpxchg_64, cmpxchg32_32 */
	K_CMPXCHG_MEM, /* atomic_cmpxchg, atomic64_cmpxchg: row as above */
	K_D_MAP,
	K_D_PROG,
	K_D_LICENSE,
	K_D_VERSION,
	K_D_CONST,
	K_D_EQU,
	K_D_SET,
	K_D_INCLUDE,
	K_D_TYPEDEF,
	K_D_QUAD,
	K_D_DIALECT,
};

enum asm_type {
	TY_NONE,
	TY_U8,
	TY_U16,
	TY_U32,
	TY_U64,
	TY_S8,
	TY_S16,
	TY_S32,
	TY_S64,
	TY_CHAR,
	TY_COUNT
};

struct asm_type_info {
	const char *name, *c_name;
	uint8_t size;
	bool is_signed;
};
extern const struct asm_type_info rawbpf_asm_types[];

/* Registers as names know them: 0 none, else REG_R or REG_W with the number. */
#define REG_R 0x10
#define REG_W 0x20
#define REG_NUM(reg) ((reg)&0x0f)

enum asm_obj_kind { OBJ_NONE, OBJ_MAP, OBJ_VAR, OBJ_PROG };

/* Rows of the END table. */
enum asm_end_row {
#define END(name, code, imm, text, group, cpu) END_##name,
#include "isa.def"
};

struct asm_name {
	const char *text; /* not NUL-terminated */
	uint32_t len, hash;
	uint8_t kw, row; /* enum asm_kw */
	uint8_t reg;
	uint8_t type;     /* enum asm_type; a built-in one or by .typedef */
	uint8_t obj_kind; /* enum asm_obj_kind */
	uint8_t classic;  /* classic_words.c; 0: not looked up */
	uint8_t mnemonic; /* 1 + its row in mnemonic.c, once the dialect has mnemonics */
	uint16_t helper;  /* id; 0 none */
	uint32_t section; /* 1 + index in sections, when this names one */
	uint32_t obj;     /* index in maps, vars or progs */
	uint32_t label;   /* 1 + index in labels of the program that is open */
	struct asm_const *value;
};

struct asm_names {
	struct asm_name **table; /* a power of two */
	size_t size, n;
	struct asm_chunk *chunks;
};

/* The name for these bytes, which must live as long as the context; NULL without memory. */
struct asm_name *rawbpf_asm_intern(struct asm_ctx *a, const char *text, size_t len, uint32_t hash);
struct asm_name *rawbpf_asm_name(struct asm_ctx *a, const char *text);
static inline uint32_t asm_hash_step(uint32_t h, unsigned char c)
{
	return (h ^ c) * 0x01000193u;
}
#define ASM_HASH_START 0x811c9dc5u
/* Registers, types, keywords, helpers, constants. */
int rawbpf_asm_names_init(struct asm_ctx *a);
void rawbpf_asm_names_free(struct asm_ctx *a);
/* Cleared memory that lives as long as the context. */
void *rawbpf_asm_alloc(struct asm_ctx *a, size_t size);
/* A C identifier that BTF takes (says so if not). `what` is for the message. */
int rawbpf_asm_check_ident(struct asm_ctx *a, const struct asm_tok *t, const char *what);

/* ---- what the source describes -------------------------------------------------- */

struct asm_insn {
	uint8_t code, dst, src;
	int16_t off;
	int32_t imm;
};

struct asm_line {
	uint32_t slot, line;
	const struct asm_src *src;
	const char *at; /* first token of the instruction */
};

struct asm_func {
	const struct asm_name *name;
	uint32_t slot;
	bool local; /* a label that is called or a function of .text, not a program */
};

struct asm_reloc {
	uint32_t slot;
	const struct asm_name *name;
	struct asm_pos pos;
	bool call;        /* of a function; else lddw */
	const char *hint; /* what a call may have meant, if there is no such function */
};

struct asm_section {
	const char *name;
	ASM_VEC(struct asm_insn) insns;
	ASM_VEC(struct asm_line) lines; /* one per slot that is an instruction's first */
	ASM_VEC(struct asm_func) funcs; /* by slot */
	ASM_VEC(struct asm_reloc) relocs;
};

struct asm_map {
	const struct asm_name *name;
	struct asm_pos pos;
	uint32_t type, key_size, value_size, entries, flags, flags_numa, pinning, numa_node;
	uint64_t map_extra;
	uint8_t key_type, value_type; /* enum asm_type; TY_NONE: only a size */
	unsigned given;               /* bit per attribute, as in mapdef.c */
};

struct asm_var {
	const struct asm_name *name;
	struct asm_pos pos;
	uint8_t type; /* TY_CHAR: an array of them, in `text` */
	uint64_t value;
	const char *text; /* with its NUL */
	uint32_t offset, size;
};

struct asm_prog {
	const struct asm_name *name;
	struct asm_pos pos;
	uint32_t section, slot, nslots;
};

struct asm_label {
	struct asm_name *name;
	struct asm_pos pos;
	uint32_t slot;
	bool called;
};

/* FIX_CALL may be a helper's name; FIX_LOCAL is a label's. */
enum asm_fix_kind { FIX_OFF16, FIX_IMM32, FIX_CALL, FIX_LOCAL };

struct asm_fixup {
	enum asm_fix_kind kind;
	uint32_t slot;
	const struct asm_name *name; /* NULL: `delta` slots from the next instruction */
	int64_t delta;
	struct asm_pos pos;
};

/* One thing to say; a note belongs to the error or warning before it. */
struct asm_said {
	int kind; /* enum rawbpf_diag_kind */
	struct asm_pos pos, leader;
	uint32_t index;
	const char *msg;
};

/* ---- the context ---------------------------------------------------------------- */

/*
 * How instructions are written. GNU's and bpf_conformance's mnemonics have one
 * parser; a file that does not say which of the two it is may use both.
 */
enum asm_dialect {
	DIALECT_PSEUDOC = 1,
	DIALECT_GNU = 2,
	DIALECT_CONFORMANCE = 4,
	DIALECT_MNEMONICS = DIALECT_GNU | DIALECT_CONFORMANCE,
};

struct asm_frame {
	const struct asm_src *src;
	const char *p;
	uint32_t line;
};

struct asm_ctx {
	const struct rawbpf_asm_opts *opts;
	const struct rawbpf_sink *sink;
	const char *arch;
	bool big_endian;
	unsigned errors, warnings;
	ASM_VEC(struct asm_said) said; /* until rawbpf_asm_flush */
	bool failed;                   /* there was an error, said or not */
	bool quiet;                    /* while a broken statement is skipped */
	int fatal;                     /* -errno: stop now */
	enum asm_dialect dialect;

	/* the scanner */
	struct asm_frame at;
	struct asm_frame stack[ASM_MAX_DEPTH];
	unsigned depth, nincludes;
	struct asm_tok tok;
	bool classic;         /* its rules for '#', ';', '{' and '}' are those of classic BPF */
	const char *prev_end; /* where the token before `tok` ended */
	ASM_VEC(struct asm_src *) srcs;

	struct asm_names names;

	ASM_VEC(struct asm_section) sections;
	ASM_VEC(struct asm_map) maps;
	ASM_VEC(struct asm_var) vars;
	ASM_VEC(struct asm_prog) progs;
	ASM_VEC(struct asm_label) labels; /* of the open program */
	ASM_VEC(struct asm_fixup) fixups;
	bool prog_open, prog_broken; /* broken: instructions are missing, slots do not count */
	bool homeless_said;          /* "instruction before .prog": once is enough */
	struct asm_label first_exit; /* of the open program; name NULL: none */
	unsigned call_hints;
	uint32_t rodata_size;
	const char *license;
	struct asm_pos license_pos;
	bool has_version;
	uint32_t version;
};

/* ---- diag.c --------------------------------------------------------------------- */

/* Says an error and counts it. Returns -EINVAL. */
int rawbpf_asm_err(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void rawbpf_asm_warn(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void rawbpf_asm_note(struct asm_ctx *a, const struct asm_pos *pos, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* What was said until now goes to the sink, in the order of the text. */
void rawbpf_asm_flush(struct asm_ctx *a);
/* "expected WHAT, not 'seen'". Returns -EINVAL. */
int rawbpf_asm_expected(struct asm_ctx *a, const char *what);

#define ASM_SEEN_MAX 64
/* A token in words: "'foo'", "the end of the line"; long ones are cut. Returns buf. */
const char *rawbpf_asm_seen(const struct asm_tok *t, char buf[ASM_SEEN_MAX]);
/* A value in decimal, or in hex if it is large. Returns buf. */
const char *rawbpf_asm_val_text(struct asm_val v, char buf[ASM_SEEN_MAX]);

/* ---- suggest.c ------------------------------------------------------------------ */

enum asm_suggest {
	SUGGEST_REG = 1 << 0,
	SUGGEST_TYPE = 1 << 1,
	SUGGEST_KEYWORD = 1 << 2, /* what a statement may start with */
	SUGGEST_DIRECTIVE = 1 << 3,
	SUGGEST_HELPER = 1 << 4,
	SUGGEST_OBJECT = 1 << 5, /* maps and variables */
	SUGGEST_LABEL = 1 << 6,
	SUGGEST_CONST = 1 << 7,
	SUGGEST_FUNCTION = 1 << 8, /* what follows "r1 =" */
	SUGGEST_MNEMONIC = 1 << 9,
	SUGGEST_CALLEE = 1 << 10, /* functions of .text */
};
/* "; did you mean 'x'?" or "". Returns buf. */
const char *rawbpf_asm_suggest(struct asm_ctx *a, const char *text, size_t len, unsigned kinds,
	char buf[ASM_SEEN_MAX * 2]);
/* The same among `n` given words. */
const char *rawbpf_asm_suggest_word(const char *text, size_t len, const char *const *words,
	size_t n, char buf[ASM_SEEN_MAX * 2]);

/* ---- source.c ------------------------------------------------------------------- */

/* Reads `path` ("-": standard input); a failure is said at `pos` (may be NULL). */
int rawbpf_asm_read(
	struct asm_ctx *a, const char *path, const struct asm_pos *pos, struct asm_src **out);
int rawbpf_asm_add_text(
	struct asm_ctx *a, const char *text, size_t len, const char *name, struct asm_src **out);
/* Finds and reads what `.include "file"` names, and scans it next. */
int rawbpf_asm_include(struct asm_ctx *a, const char *file, const struct asm_pos *pos);

/* ---- scan.c --------------------------------------------------------------------- */

enum { C_NAME = 1, C_DIGIT = 2, C_BLANK = 4, C_COMMENT = 8 }; /* one may start there */
extern const unsigned char rawbpf_asm_class[256];
static inline unsigned asm_class(char c)
{
	return rawbpf_asm_class[(unsigned char)c];
}
static inline const char *asm_end_of_line(const struct asm_frame *at, const char *p)
{
	const char *end = at->src->text + at->src->len;
	const char *nl = memchr(p, '\n', (size_t)(end - p));

	return nl ? nl : end;
}
/* The current token is wrong, and this says so: it becomes T_BAD. */
void rawbpf_asm_bad_token(struct asm_ctx *a, uint32_t len, const char *why);

/* literal.c: at the first byte; they set a->tok. */
void rawbpf_asm_scan_number(struct asm_ctx *a);
void rawbpf_asm_scan_char(struct asm_ctx *a);
void rawbpf_asm_scan_string(struct asm_ctx *a);
/* One byte of a character or string, after any escape; -1: an unknown escape. */
int rawbpf_asm_unescape(const char **text);

/* Starts at the head of `src`, coming back to where the scanner is now at its end. */
void rawbpf_asm_push_src(struct asm_ctx *a, const struct asm_src *src);
void rawbpf_asm_next(struct asm_ctx *a);
/* The token after the current one, which stays current. */
struct asm_tok rawbpf_asm_peek(struct asm_ctx *a);
/* The current token is a name and a colon follows: both are consumed. */
bool rawbpf_asm_take_label_colon(struct asm_ctx *a);
void rawbpf_asm_skip_statement(struct asm_ctx *a);
static inline bool asm_at_end(const struct asm_ctx *a)
{
	return a->tok.kind <= T_SEMI;
}
static inline bool asm_take(struct asm_ctx *a, enum asm_tok_kind kind)
{
	if (a->tok.kind != kind)
		return false;
	rawbpf_asm_next(a);
	return true;
}
int rawbpf_asm_expect(struct asm_ctx *a, enum asm_tok_kind kind, const char *what);
/* From `start` to the end of the last token that was taken. */
struct asm_pos rawbpf_asm_span(const struct asm_ctx *a, const struct asm_pos *start);

/* ---- expr.c --------------------------------------------------------------------- */

int rawbpf_asm_expr(struct asm_ctx *a, struct asm_val *v);
/* An expression that must lie in min..max; `what` is for the message. */
int rawbpf_asm_expr_in(
	struct asm_ctx *a, const char *what, int64_t min, uint64_t max, uint64_t *bits);
/* -2^31 to 2^32 - 1; above 2^31 - 1 as the same 32 bits. */
int rawbpf_asm_imm32(struct asm_ctx *a, int32_t *imm, struct asm_val *v);
bool rawbpf_asm_in_range(struct asm_val v, int64_t min, uint64_t max);
/* NAME=VALUE from the command line. */
int rawbpf_asm_define(struct asm_ctx *a, const char *text);
int rawbpf_asm_set_const(
	struct asm_ctx *a, const struct asm_tok *t, struct asm_val v, bool may_change);

/* ---- statements ----------------------------------------------------------------- */

void rawbpf_asm_statements(struct asm_ctx *a);
int rawbpf_asm_directive(struct asm_ctx *a); /* at its name */
int rawbpf_asm_map(struct asm_ctx *a);       /* after .map */
int rawbpf_asm_pseudoc(struct asm_ctx *a);   /* at the instruction's first token */
int rawbpf_asm_mnemonic(struct asm_ctx *a);  /* the same */

/* A string token, escapes done, as a C string that lives as long as the context. */
const char *rawbpf_asm_take_string(struct asm_ctx *a);
int rawbpf_asm_type_name(struct asm_ctx *a, uint8_t *type);
int rawbpf_asm_const(struct asm_ctx *a); /* after .const */

/* "key=value, ..." as .map and .const take it: the next key, its index in `keys`, or -EINVAL. */
int rawbpf_asm_attr_key(struct asm_ctx *a, const char *const *keys, size_t n, unsigned *given,
	const char *directive);

/* Memory forms (pseudoc_mem.c); `at` is the first token of the instruction. */
int rawbpf_asm_store(struct asm_ctx *a);                             /* at '*' */
int rawbpf_asm_lock(struct asm_ctx *a);                              /* after lock */
int rawbpf_asm_store_release(struct asm_ctx *a);                     /* after its name */
int rawbpf_asm_load(struct asm_ctx *a, const struct asm_tok *dst);   /* rN = at '*' */
int rawbpf_asm_atomic(struct asm_ctx *a, const struct asm_tok *dst); /* rN = at atomic... */

/* Any register, r0 to r10 or w0 to w10. */
int rawbpf_asm_reg(struct asm_ctx *a, struct asm_tok *reg);
/* A register of the given kind: REG_R or REG_W. */
int rawbpf_asm_reg_of(struct asm_ctx *a, unsigned kind, struct asm_tok *reg);
bool rawbpf_asm_is_reg(const struct asm_tok *t);
/* A register, or what was meant as one: r11, R1. */
bool rawbpf_asm_looks_like_reg(const struct asm_tok *t);
/* A register of dst's width. */
int rawbpf_asm_same_width(struct asm_ctx *a, const struct asm_tok *dst, struct asm_tok *src);
bool rawbpf_asm_take_s(struct asm_ctx *a);
int rawbpf_asm_reg_statement(struct asm_ctx *a); /* pseudoc_alu.c, at a register */
static inline bool asm_is_w(const struct asm_tok *reg)
{
	return reg->name->reg & REG_W;
}
static inline uint8_t asm_num(const struct asm_tok *reg)
{
	return REG_NUM(reg->name->reg);
}

/* A label, +N, -N, pc+N or pc-N; the instruction that is emitted next is patched. */
int rawbpf_asm_target(struct asm_ctx *a, enum asm_fix_kind kind);
/* After `call`: a number, a helper or a label. */
int rawbpf_asm_call(struct asm_ctx *a);
/* What assembles, but is hardly meant: an immediate of ALU operation `op` on `bits` bits, ... */
void rawbpf_asm_warn_imm(
	struct asm_ctx *a, const struct asm_pos *pos, uint8_t op, unsigned bits, struct asm_val v);
/* ... and one that is stored in `bits` bits. */
void rawbpf_asm_warn_store(
	struct asm_ctx *a, const struct asm_pos *pos, unsigned bits, struct asm_val v);

/* ---- dialect.c ------------------------------------------------------------------ */

/* From the options, else from the first instruction of `src`. */
int rawbpf_asm_choose_dialect(struct asm_ctx *a, const struct asm_src *src);
int rawbpf_asm_dialect(struct asm_ctx *a); /* at .dialect */
/* At a ';' that starts a comment: to the end of the line. */
void rawbpf_asm_skip_semicolon(struct asm_ctx *a);
/* mnemonic.c: gives names their mnemonics. */
int rawbpf_asm_mnemonics_init(struct asm_ctx *a);
bool rawbpf_asm_is_mnemonic(const char *text, size_t len);
static inline bool asm_has_mnemonics(const struct asm_ctx *a)
{
	return a->dialect & DIALECT_MNEMONICS;
}
static inline bool asm_is_word(const struct asm_tok *t, const char *word)
{
	return t->kind == T_NAME && t->name->len == strlen(word) &&
	       !memcmp(t->name->text, word, t->name->len);
}

/* ---- fixup.c: the open program -------------------------------------------------- */

int rawbpf_asm_prog_begin(struct asm_ctx *a, const struct asm_tok *name, const char *section);
void rawbpf_asm_prog_end(struct asm_ctx *a);
int rawbpf_asm_emit(struct asm_ctx *a, struct asm_insn insn);
/* The second slot of lddw. */
int rawbpf_asm_emit_half(struct asm_ctx *a, int32_t imm);
int rawbpf_asm_add_label(struct asm_ctx *a, const struct asm_tok *t);
/* The next instruction emitted jumps or calls there. */
int rawbpf_asm_add_fixup(struct asm_ctx *a, enum asm_fix_kind kind, const struct asm_name *name,
	int64_t delta, const struct asm_pos *pos);
int rawbpf_asm_add_reloc(struct asm_ctx *a, const struct asm_tok *t);
/* .quad: 8 bytes, in the object's order, that take the place of an instruction; at the value. */
int rawbpf_asm_quad(struct asm_ctx *a);
/* Notes where the instruction that comes next starts. */
int rawbpf_asm_begin_insn(struct asm_ctx *a);

/* ---- function.c: functions of .text ---------------------------------------------- */

/* A call of what is no label and no helper, in the program that just ended. */
int rawbpf_asm_call_later(struct asm_ctx *a, const struct asm_fixup *f);
/* By slot, after calls were added behind the program's other ones. */
void rawbpf_asm_sort_relocs(struct asm_ctx *a, const struct asm_prog *prog);
bool rawbpf_asm_is_function(const struct asm_ctx *a, const struct asm_name *n);
/* After the last line: the call has its function, no function has a called label's name. */
void rawbpf_asm_check_call(struct asm_ctx *a, const struct asm_reloc *r);
void rawbpf_asm_check_functions(struct asm_ctx *a);

/* ---- object.c: objects and their names ------------------------------------------ */

/* Gives `t` to a new object, unless it has another meaning already. */
int rawbpf_asm_claim(
	struct asm_ctx *a, const struct asm_tok *t, enum asm_obj_kind kind, uint32_t index);
/* After the last line: every relocation has its object. */
void rawbpf_asm_check_relocs(struct asm_ctx *a);

/* ---- output --------------------------------------------------------------------- */

struct asm_bytes {
	unsigned char *p;
	size_t n, cap;
};
/* Room for n bytes at the end, or NULL. */
unsigned char *rawbpf_asm_bytes_add(struct asm_ctx *a, struct asm_bytes *b, size_t n);
/* In the object's byte order, whatever the host's. */
static inline void rawbpf_asm_put16(const struct asm_ctx *a, unsigned char *p, uint16_t v)
{
	p[!a->big_endian] = (unsigned char)(v >> 8);
	p[a->big_endian] = (unsigned char)v;
}
static inline void rawbpf_asm_put32(const struct asm_ctx *a, unsigned char *p, uint32_t v)
{
	if (a->big_endian)
		v = __builtin_bswap32(v);
	p[0] = (unsigned char)v;
	p[1] = (unsigned char)(v >> 8);
	p[2] = (unsigned char)(v >> 16);
	p[3] = (unsigned char)(v >> 24);
}
static inline void rawbpf_asm_put64(const struct asm_ctx *a, unsigned char *p, uint64_t v)
{
	rawbpf_asm_put32(a, p + (a->big_endian ? 4 : 0), (uint32_t)v);
	rawbpf_asm_put32(a, p + (a->big_endian ? 0 : 4), (uint32_t)(v >> 32));
}

void rawbpf_asm_put_insn(const struct asm_ctx *a, unsigned char *p, const struct asm_insn *insn);

/* Bytes of a map's variable in .maps. */
uint32_t rawbpf_asm_map_size(const struct asm_map *map);
int rawbpf_asm_btf(struct asm_ctx *a, struct asm_bytes *btf, struct asm_bytes *ext);
int rawbpf_asm_elf(struct asm_ctx *a, void **elf, size_t *len);
/* rawwrite.c: the other formats. */
int rawbpf_asm_raw(struct asm_ctx *a, void **out, size_t *len);

#endif
