/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From an instruction's fields to its row of isa.def, and to text. Nothing is
 * guessed: what has a value in a field that its row does not use is no instruction.
 */
#ifndef RAWBPF_ASM_DECODE_H
#define RAWBPF_ASM_DECODE_H

#include "impl.h"

/* Fields that the instruction uses; the others have the value that the form says. */
enum { FORM_DST = 1, FORM_SRC = 2, FORM_OFF = 4, FORM_IMM = 8 };

enum asm_target { TARGET_NONE, TARGET_OFF, TARGET_IMM, TARGET_CALL };

/* One way to write one row: an opcode and the fixed fields, and the text around the others. */
struct asm_form {
	uint8_t code, uses, src;
	uint8_t max_src; /* a register, or the kind of a 64-bit load */
	int16_t off;
	int32_t imm;
	uint8_t target; /* enum asm_target */
	uint8_t slots;
	/*
	 * D, S: number of the dst, src register. O: offset with its sign. I: imm. J: " + imm".
	 * H: imm, for the kernel in hex. X: 64 bits. P, Q: high, low half of imm. L: where it
	 * goes. C: the helper. All else stands for itself.
	 */
	const char *text;
	const char *kernel; /* the same as the verifier prints it; NULL: as `text` */
};

#define ASM_MAX_FORMS 320
struct asm_decoder {
	uint16_t first[256], next[ASM_MAX_FORMS]; /* 1 + index of a form; 0: no more */
};

/* The forms by opcode. */
void rawbpf_asm_decoder_init(struct asm_decoder *d);
/* NULL: no instruction. `next` is the slot after it, NULL at the end of the program. */
const struct asm_form *rawbpf_asm_decode(
	const struct asm_decoder *d, const struct asm_insn *insn, const struct asm_insn *next);
/* All forms, for tests. */
const struct asm_form *rawbpf_asm_forms(size_t *n);

/* One slot's 8 bytes. */
static inline struct asm_insn asm_unpack(const unsigned char *p, bool big_endian)
{
	if (big_endian)
		return (struct asm_insn){ p[0], p[1] >> 4, p[1] & 15, (int16_t)(p[2] << 8 | p[3]),
			(int32_t)((uint32_t)p[4] << 24 | (uint32_t)p[5] << 16 |
				  (uint32_t)p[6] << 8 | p[7]) };
	return (struct asm_insn){ p[0], p[1] & 15, p[1] >> 4, (int16_t)(p[3] << 8 | p[2]),
		(int32_t)((uint32_t)p[7] << 24 | (uint32_t)p[6] << 16 | (uint32_t)p[5] << 8 |
			  p[4]) };
}
/* A number of `size` bytes. */
uint64_t rawbpf_asm_get(const unsigned char *p, unsigned size, bool big_endian);
/* The instruction whose bytes are this number in the object's byte order. */
struct asm_insn rawbpf_asm_from_quad(uint64_t v, bool big_endian);

/* "bpf_map_lookup_elem"; NULL: no such helper. */
const char *rawbpf_asm_helper(int32_t id);

#define ASM_TEXT_MAX 160
/*
 * Writes the instruction, without a NUL, and returns the end: at most ASM_TEXT_MAX
 * bytes and `name`. name: the label, or the object of a 64-bit load; NULL: the number.
 */
char *rawbpf_asm_insn_text(char *to, const struct asm_form *f, const struct asm_insn *insn,
	const struct asm_insn *next, bool kernel, const char *name);
char *rawbpf_asm_put_uint(char *to, uint64_t v);
char *rawbpf_asm_put_hex(char *to, uint64_t v); /* with 0x */

#endif
