/* SPDX-License-Identifier: BSD-2-Clause */
/* One classic instruction in words. */
#include <inttypes.h>
#include <stdio.h>

#include "classic_impl.h"

/* Bits are easier to read in hexadecimal, amounts in decimal. */
static const char *immediate(uint16_t code, uint32_t k, char buf[16])
{
	const unsigned op = code & 0xf0;
	bool amount = (code & 7) == 4 && op != 0x40 && op != 0x50 && op != 0xa0;

	snprintf(buf, 16, amount || k < 10 ? "#%" PRIu32 : "#0x%" PRIx32, k);
	return buf;
}

static void offset(const char *name, const char *x, uint32_t k, char *buf, size_t size)
{
	const char *ext =
		k >= CLASSIC_AD_OFF && !*x ? rawbpf_classic_ext(k - CLASSIC_AD_OFF) : NULL;

	if (ext)
		snprintf(buf, size, "%s %s", name, ext);
	else
		snprintf(buf, size, k > INT32_MAX ? "%s [%s0x%" PRIx32 "]" : "%s [%s%" PRIu32 "]",
			name, x, k);
}

/* Fields that this instruction does not use must be 0, or the text would not say all of it. */
static bool is_plain(const struct classic_row *row, const struct rawbpf_classic_insn *insn)
{
	if (row->jump != JUMP_IF && (insn->jt || insn->jf))
		return false;
	switch (row->operand) {
	case OP_NOTHING:
	case OP_A:
	case OP_X:
	case OP_LEN:
		return !insn->k;
	case OP_MEM:
		return insn->k <= INT32_MAX;
	case OP_TARGET:
		return insn->k <= RAWBPF_CLASSIC_MAX;
	default:
		return true;
	}
}

static void operand(const struct classic_row *row, const struct rawbpf_classic_insn *insn,
	size_t index, char *buf, size_t size)
{
	char imm[16];

	switch (row->operand) {
	case OP_IMM:
		snprintf(buf, size, "%s %s", row->name, immediate(insn->code, insn->k, imm));
		break;
	case OP_A:
	case OP_X:
		snprintf(buf, size, "%s %c", row->name, row->operand == OP_A ? 'a' : 'x');
		break;
	case OP_LEN:
		snprintf(buf, size, "%s len", row->name);
		break;
	case OP_ABS:
		offset(row->name, "", insn->k, buf, size);
		break;
	case OP_IND:
		offset(row->name, "x + ", insn->k, buf, size);
		break;
	case OP_MEM:
		snprintf(buf, size, "%s M[%" PRIu32 "]", row->name, insn->k);
		break;
	case OP_MSH:
		snprintf(buf, size, "ldxb 4*([%" PRIu32 "]&0xf)", insn->k);
		break;
	case OP_TARGET:
		snprintf(buf, size, "%s %zu", row->name, index + 1 + insn->k);
		break;
	default:
		snprintf(buf, size, "%s", row->name);
	}
}

const char *rawbpf_classic_print(
	const struct rawbpf_classic_insn *insn, size_t index, char buf[RAWBPF_CLASSIC_TEXT])
{
	const struct classic_row *row = rawbpf_classic_row(insn->code);
	size_t n;

	if (!row || !is_plain(row, insn)) {
		snprintf(buf, RAWBPF_CLASSIC_TEXT, "{ 0x%02x, %u, %u, 0x%08" PRIx32 " }",
			insn->code, insn->jt, insn->jf, insn->k);
		return buf;
	}
	operand(row, insn, index, buf, RAWBPF_CLASSIC_TEXT);
	n = strlen(buf);
	if (row->jump == JUMP_IF)
		snprintf(buf + n, RAWBPF_CLASSIC_TEXT - n, ", %zu, %zu", index + 1 + insn->jt,
			index + 1 + insn->jf);
	return buf;
}
