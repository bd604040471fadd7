/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of isa.def, each in all its forms, found by opcode. */
#include "decode.h"

#define D FORM_DST
#define S FORM_SRC
#define O FORM_OFF
#define I FORM_IMM
#define MAX_REG 10

/* clang-format off */
#define FORM(code_, uses_, text_, ...) \
	{ .code = (code_), .uses = (uses_), .max_src = MAX_REG, .slots = 1, .text = text_, __VA_ARGS__ }

/* LLVM writes wS in an operation on 32 bits, the kernel always rS. */
#define LOCK_FORMS(name, op, text32, text64) \
	FORM(0xc3, D | S | O, "lock *(u32 *)(rD O) " text32 " wS", .imm = (op), \
		.kernel = "lock *(u32 *)(rD O) " text32 " rS"), \
	FORM(0xdb, D | S | O, "lock *(u64 *)(rD O) " text64 " rS", .imm = (op)),
#define FETCH_FORMS(name, op, text32, text64) \
	FORM(0xc3, D | S | O, LLVM32_##name(text32), .imm = (op), \
		.kernel = "rS = " text32 "((u32 *)(rD O), rS)"), \
	FORM(0xdb, D | S | O, LLVM64_##name(text32), .imm = (op), \
		.kernel = "rS = " text64 "((u64 *)(rD O), rS)"),
#define CMPXCHG_FORMS(name, op, text32, text64) \
	FORM(0xc3, D | S | O, "w0 = cmpxchg32_32(rD O, w0, wS)", .imm = (op), \
		.kernel = "r0 = " text32 "((u32 *)(rD O), r0, rS)"), \
	FORM(0xdb, D | S | O, "r0 = cmpxchg_64(rD O, r0, rS)", .imm = (op), \
		.kernel = "r0 = " text64 "((u64 *)(rD O), r0, rS)"),
#define LLVM32_FETCH(text) "wS = " text "((u32 *)(rD O), wS)"
#define LLVM64_FETCH(text) "rS = " text "((u64 *)(rD O), rS)"
#define LLVM32_FETCH_ADD LLVM32_FETCH
#define LLVM64_FETCH_ADD LLVM64_FETCH
#define LLVM32_FETCH_OR LLVM32_FETCH
#define LLVM64_FETCH_OR LLVM64_FETCH
#define LLVM32_FETCH_AND LLVM32_FETCH
#define LLVM64_FETCH_AND LLVM64_FETCH
#define LLVM32_FETCH_XOR LLVM32_FETCH
#define LLVM64_FETCH_XOR LLVM64_FETCH
#define LLVM32_XCHG(text) "wS = xchg32_32(rD O, wS)"
#define LLVM64_XCHG(text) "rS = xchg_64(rD O, rS)"
#define LOAD_FORM(type, bits, op, t, w) \
	FORM(0xc3 | (bits), D | S | O, w "D = " t "((" type " *)(rS O))", .imm = (op), \
		.kernel = "rD = " t "((" type " *)(rS O))"),
#define LOAD_FORMS(name, op, text, text64) \
	LOAD_FORM("u8", 0x10, op, text, "w") LOAD_FORM("u16", 0x08, op, text, "w") \
	LOAD_FORM("u32", 0x00, op, text, "w") LOAD_FORM("u64", 0x18, op, text64, "r")
#define STORE_FORM(type, bits, op, t, w) \
	FORM(0xc3 | (bits), D | S | O, t "((" type " *)(rD O), " w "S)", .imm = (op), \
		.kernel = t "((" type " *)(rD O), rS)"),
#define STORE_FORMS(name, op, text, text64) \
	STORE_FORM("u8", 0x10, op, text, "w") STORE_FORM("u16", 0x08, op, text, "w") \
	STORE_FORM("u32", 0x00, op, text, "w") STORE_FORM("u64", 0x18, op, text64, "r")

#define SIZE_u8(bits) PACKET_FORMS("u8", bits)
#define SIZE_u16(bits) PACKET_FORMS("u16", bits)
#define SIZE_u32(bits) PACKET_FORMS("u32", bits)
#define SIZE_u64(bits)
#define PACKET_FORMS(type, bits) \
	FORM(0x20 | (bits), I, "r0 = *(" type " *)skb[I]"), \
	FORM(0x40 | (bits), S | I, "r0 = *(" type " *)skb[rSJ]"),
#define MOVSX32_0(type, off_)
#define MOVSX32_1(type, off_) FORM(0xbc, D | S, "wD = (" #type ")wS", .off = (off_)),

#define OTHER_NEG64(c) FORM(c, D, "rD = -rD"),
#define OTHER_NEG32(c) FORM(c, D, "wD = -wD"),
#define OTHER_ADDR_SPACE_CAST(c) FORM(c, D | S | I, "rD = addr_space_cast(rS, P, Q)", .off = 1),
#define OTHER_JA(c) FORM(c, O, "goto L", .target = TARGET_OFF),
#define OTHER_JA32(c) FORM(c, I, "gotol L", .target = TARGET_IMM),
#define OTHER_JAX(c) FORM(c, D, "gotox rD"),
#define OTHER_MAY_GOTO(c) FORM(c, O, "may_goto L", .target = TARGET_OFF),
#define OTHER_CALL_HELPER(c) FORM(c, I, "call C"),
#define OTHER_CALL_LOCAL(c) FORM(c, I, "call L", .src = 1, .target = TARGET_CALL),
#define OTHER_CALLX(c) FORM(c, D, "callx rD"),
#define OTHER_EXIT(c) FORM(c, 0, "exit"),
/* The kinds 1 to 6 have no row: isa.def says how one writes them, ld_pseudo, in no row's text. */
#define OTHER_LDDW(c) \
	{ .code = (c), .uses = D | I, .slots = 2, .text = "rD = X ll", .kernel = "rD = X" }, \
	{ .code = (c), .uses = D | S | I, .max_src = 6, .slots = 2, \
		.text = "ld_pseudo rD, S, X", .kernel = "rD = X" },
#define OTHER_LD_ABS(c)
#define OTHER_LD_IND(c)

static const struct asm_form forms[] = {
#define ALU(name, op, off_, text, token, is_signed, group, cpu) \
	FORM(0x07 | (op), D | I, "rD " text " I", .off = (off_)), \
	FORM(0x0f | (op), D | S, "rD " text " rS", .off = (off_)), \
	FORM(0x04 | (op), D | I, "wD " text " I", .off = (off_)), \
	FORM(0x0c | (op), D | S, "wD " text " wS", .off = (off_)),
#define END(name, code, imm_, text, group, cpu) FORM(code, D, "rD = " text " rD", .imm = (imm_)),
#define MOVSX(type, off_, in32, group, cpu) \
	FORM(0xbf, D | S, "rD = (" #type ")rS", .off = (off_)), MOVSX32_##in32(type, off_)
#define JCC(name, op, text, token, is_signed, group, cpu) \
	FORM(0x05 | (op), D | O | I, "if rD " text " H goto L", .target = TARGET_OFF), \
	FORM(0x0d | (op), D | S | O, "if rD " text " rS goto L", .target = TARGET_OFF), \
	FORM(0x06 | (op), D | O | I, "if wD " text " H goto L", .target = TARGET_OFF), \
	FORM(0x0e | (op), D | S | O, "if wD " text " wS goto L", .target = TARGET_OFF),
#define SIZE(type, bits, bytes, group, cpu) \
	FORM(0x61 | (bits), D | S | O, "rD = *(" #type " *)(rS O)"), \
	FORM(0x62 | (bits), D | O | I, "*(" #type " *)(rD O) = I"), \
	FORM(0x63 | (bits), D | S | O, "*(" #type " *)(rD O) = rS"), SIZE_##type(bits)
#define SSIZE(type, bits, bytes, group, cpu) \
	FORM(0x81 | (bits), D | S | O, "rD = *(" #type " *)(rS O)"),
#define ATOMIC(name, imm, shape, text32, text64, group, cpu) \
	shape##_FORMS(name, imm, text32, text64)
#define OTHER(name, code, src, text, group, cpu) OTHER_##name(code)
#include "isa.def"
};
/* clang-format on */

#define NFORMS (sizeof(forms) / sizeof(forms[0]))
_Static_assert(NFORMS <= ASM_MAX_FORMS, "more forms than the decoder has room for");

const struct asm_form *rawbpf_asm_forms(size_t *n)
{
	*n = NFORMS;
	return forms;
}

void rawbpf_asm_decoder_init(struct asm_decoder *d)
{
	memset(d, 0, sizeof(*d));
	for (size_t i = NFORMS; i-- > 0;) {
		d->next[i] = d->first[forms[i].code];
		d->first[forms[i].code] = (uint16_t)(i + 1);
	}
}

static bool fits(const struct asm_form *f, const struct asm_insn *i, const struct asm_insn *next)
{
	const struct asm_insn *half = next;

	if (f->uses & FORM_DST ? i->dst > MAX_REG : i->dst != 0)
		return false;
	if (f->uses & FORM_SRC ? i->src > f->max_src : i->src != f->src)
		return false;
	if ((!(f->uses & FORM_OFF) && i->off != f->off) ||
		(!(f->uses & FORM_IMM) && i->imm != f->imm))
		return false;
	return f->slots == 1 || (half && !half->code && !half->dst && !half->src && !half->off);
}

const struct asm_form *rawbpf_asm_decode(
	const struct asm_decoder *d, const struct asm_insn *insn, const struct asm_insn *next)
{
	for (unsigned i = d->first[insn->code]; i; i = d->next[i - 1])
		if (fits(&forms[i - 1], insn, next))
			return &forms[i - 1];
	return NULL;
}

/* ---- bytes ------------------------------------------------------------------------ */

uint64_t rawbpf_asm_get(const unsigned char *p, unsigned size, bool big_endian)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v = v << 8 | p[big_endian ? i : size - 1 - i];
	return v;
}

struct asm_insn rawbpf_asm_from_quad(uint64_t v, bool big_endian)
{
	unsigned char p[8];

	for (unsigned i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> (big_endian ? 7 - i : i) * 8);
	return asm_unpack(p, big_endian);
}
