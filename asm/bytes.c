/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in the object's order, whatever the host's. */
#include "impl.h"

unsigned char *rawbpf_asm_bytes_add(struct asm_ctx *a, struct asm_bytes *b, size_t n)
{
	/* Also for no bytes: NULL means that there is no room. */
	if (!b->p || b->cap - b->n < n)
		b->p = rawbpf_asm_grow(a, b->p, &b->cap, n, 1);
	if (!b->p || b->cap - b->n < n)
		return NULL;
	b->n += n;
	return b->p + b->n - n;
}

void rawbpf_asm_put_insn(const struct asm_ctx *a, unsigned char *p, const struct asm_insn *insn)
{
	p[0] = insn->code;
	p[1] = (unsigned char)(a->big_endian ? insn->dst << 4 | insn->src
					     : insn->src << 4 | insn->dst);
	rawbpf_asm_put16(a, p + 2, (uint16_t)insn->off);
	rawbpf_asm_put32(a, p + 4, (uint32_t)insn->imm);
}
