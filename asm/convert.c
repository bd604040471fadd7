/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Classic BPF becomes extended BPF that a program may load: as the kernel does it for itself
 * (bpf_convert_filter() in net/core/filter.c), but through struct __sk_buff and the packet
 * loads that programs have. Where the kernel calls functions of its own, the program is refused.
 *
 * A packet load outside the packet ends an extended program with 0, too, and shifts of 32 bits
 * take 5 bits of their count in both.
 */
#include "classic_impl.h"

enum { R_A = 0, R_TMP = 2, R_CTX = 6, R_X = 7, R_SAVED = 8, R_FP = 10 };

/* Opcodes. Classic arithmetic, conditions and packet loads have the same in extended BPF. */
enum {
	OPC_MOV32 = 0xb4,
	OPC_MOV64_REG = 0xbf,
	OPC_AND32 = 0x54,
	OPC_LSH32 = 0x64,
	OPC_XOR32_REG = 0xac,
	OPC_BE = 0xdc,
	OPC_LDX_W = 0x61,
	OPC_STX_W = 0x63,
	OPC_LD_ABS_B = 0x30,
	OPC_JA = 0x05,
	OPC_JNE = 0x55,
	OPC_CALL = 0x85,
	OPC_EXIT = 0x95,
	WITH_REG = 0x08,
};

#define PROLOGUE 3
#define MOST_SLOTS 6 /* that one instruction becomes: ldx 4*([k]&0xf) */
/* So no jump is too long for its 16 bits, and none is split. */
_Static_assert(PROLOGUE + RAWBPF_CLASSIC_MAX * MOST_SLOTS <= INT16_MAX, "jumps may be too long");

struct convert {
	struct asm_ctx *a;
	const struct rawbpf_classic_insn *insns;
	size_t n;
	const struct asm_pos *pos; /* one per instruction */
	bool *reached;
	uint32_t *slot; /* where an instruction's first slot is */
	struct jump {
		uint32_t slot, target; /* an instruction */
	} * jumps;
	size_t njumps;
};

static struct asm_section *section(const struct convert *c)
{
	return &c->a->sections.v[0];
}

/* Without memory a->fatal is set, and what is appended does not matter any more. */
static void put(
	struct convert *c, uint8_t code, uint8_t dst, uint8_t src, int16_t off, uint32_t imm)
{
	rawbpf_asm_emit(c->a, (struct asm_insn){ code, dst, src, off, (int32_t)imm });
}

static void put_jump(struct convert *c, uint8_t code, uint8_t src, uint32_t imm, size_t target)
{
	c->jumps[c->njumps++] = (struct jump){ (uint32_t)section(c)->insns.n, (uint32_t)target };
	put(c, code, code == OPC_JA ? 0 : R_A, src, 0, imm);
}

/* ---- loads and stores --------------------------------------------------------------- */

/* The fields of struct __sk_buff, each of 4 bytes (include/uapi/linux/bpf.h). */
enum {
	SKB_LEN = 0,
	SKB_PKT_TYPE = 4,
	SKB_MARK = 8,
	SKB_QUEUE_MAPPING = 12,
	SKB_PROTOCOL = 16,
	SKB_VLAN_PRESENT = 20,
	SKB_VLAN_TCI = 24,
	SKB_VLAN_PROTO = 28,
	SKB_IFINDEX = 40,
	SKB_HASH = 68,
};

enum ext_kind {
	EXT_REFUSED,
	EXT_FIELD,
	EXT_BE16, /* a field in the order of the network */
	EXT_IFINDEX,
	EXT_XOR_X,
	EXT_HELPER,
};

/* By offset from SKF_AD_OFF, in words. */
static const struct ext {
	enum ext_kind kind;
	int what; /* the field, or the helper */
	const char *why;
} exts[] = {
	{ EXT_BE16, SKB_PROTOCOL, NULL },
	{ EXT_FIELD, SKB_PKT_TYPE, NULL },
	{ EXT_IFINDEX, SKB_IFINDEX, NULL },
	{ EXT_REFUSED, 0, "no helper finds a netlink attribute" },
	{ EXT_REFUSED, 0, "no helper finds a netlink attribute" },
	{ EXT_FIELD, SKB_MARK, NULL },
	{ EXT_FIELD, SKB_QUEUE_MAPPING, NULL },
	{ EXT_REFUSED, 0, "struct __sk_buff has no field for the device's type" },
	{ EXT_FIELD, SKB_HASH, NULL },
	{ EXT_HELPER, 8, NULL }, /* get_smp_processor_id */
	{ EXT_XOR_X, 0, NULL },
	{ EXT_FIELD, SKB_VLAN_TCI, NULL },
	{ EXT_FIELD, SKB_VLAN_PRESENT, NULL },
	{ EXT_REFUSED, 0, "no helper dissects the packet as far as its payload" },
	{ EXT_HELPER, 7, NULL }, /* get_prandom_u32 */
	{ EXT_BE16, SKB_VLAN_PROTO, NULL },
};

static void refuse(struct convert *c, size_t i, const char *why)
{
	char text[RAWBPF_CLASSIC_TEXT];

	rawbpf_asm_err(c->a, &c->pos[i], "instruction %zu, %s: cannot be converted: %s", i,
		rawbpf_classic_print(&c->insns[i], i, text), why);
}

/* Without a device, the kernel ends a filter here, with A as the verdict. */
static void ifindex(struct convert *c)
{
	put(c, OPC_LDX_W, R_TMP, R_CTX, SKB_IFINDEX, 0);
	put(c, OPC_JNE, R_TMP, 0, 1, 0);
	put(c, OPC_EXIT, 0, 0, 0, 0);
	put(c, OPC_MOV64_REG, R_A, R_TMP, 0, 0);
}

static void extension(struct convert *c, size_t i)
{
	const struct ext *ext = &exts[(c->insns[i].k - CLASSIC_AD_OFF) / 4];

	switch (ext->kind) {
	case EXT_REFUSED:
		refuse(c, i, ext->why);
		break;
	case EXT_FIELD:
	case EXT_BE16:
		put(c, OPC_LDX_W, R_A, R_CTX, (int16_t)ext->what, 0);
		if (ext->kind == EXT_BE16)
			put(c, OPC_BE, R_A, 0, 0, 16);
		break;
	case EXT_IFINDEX:
		ifindex(c);
		break;
	case EXT_XOR_X:
		put(c, OPC_XOR32_REG, R_A, R_X, 0, 0);
		break;
	case EXT_HELPER:
		put(c, OPC_CALL, 0, 0, 0, (uint32_t)ext->what);
		break;
	}
}

/* A packet load ends in A, which X wants. */
static void ip_header_length(struct convert *c, uint32_t k)
{
	put(c, OPC_MOV64_REG, R_SAVED, R_A, 0, 0);
	put(c, OPC_LD_ABS_B, 0, 0, 0, k);
	put(c, OPC_AND32, R_A, 0, 0, 0xf);
	put(c, OPC_LSH32, R_A, 0, 0, 2);
	put(c, OPC_MOV64_REG, R_X, R_A, 0, 0);
	put(c, OPC_MOV64_REG, R_A, R_SAVED, 0, 0);
}

static int16_t cell(uint32_t k)
{
	return (int16_t)(-4 - 4 * (int)k);
}

static void load(struct convert *c, size_t i)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];
	const uint8_t to = (insn->code & 7) == 1 ? R_X : R_A;

	switch (rawbpf_classic_row(insn->code)->operand) {
	case OP_IMM:
		put(c, OPC_MOV32, to, 0, 0, insn->k);
		break;
	case OP_MEM:
		put(c, OPC_LDX_W, to, R_FP, cell(insn->k), 0);
		break;
	case OP_LEN:
		put(c, OPC_LDX_W, to, R_CTX, SKB_LEN, 0);
		break;
	case OP_MSH:
		ip_header_length(c, insn->k);
		break;
	case OP_IND:
		put(c, (uint8_t)insn->code, 0, R_X, 0, insn->k);
		break;
	default:
		if (insn->k >= CLASSIC_AD_OFF)
			extension(c, i);
		else
			put(c, (uint8_t)insn->code, 0, 0, 0, insn->k);
	}
}

/* ---- the others --------------------------------------------------------------------- */

static void arithmetic(struct convert *c, const struct rawbpf_classic_insn *insn)
{
	const uint8_t code = (uint8_t)insn->code, op = code & 0xf0;
	const bool reg = code & WITH_REG;

	/* Extended BPF goes on after a division by 0. */
	if (reg && (op == 0x30 || op == 0x90)) {
		put(c, OPC_JNE, R_X, 0, 2, 0);
		put(c, OPC_MOV32, R_A, 0, 0, 0);
		put(c, OPC_EXIT, 0, 0, 0, 0);
	}
	if (op == 0x80)
		put(c, code, R_A, 0, 0, 0);
	else
		put(c, code, R_A, reg ? R_X : 0, 0, reg ? 0 : insn->k);
}

/* The contrary of a condition; 0: it has none. */
static uint8_t contrary(uint8_t code)
{
	switch (code & 0xf0) {
	case 0x10:
		return 0x50 | (code & 0x0f); /* == and != */
	case 0x20:
		return 0xb0 | (code & 0x0f); /* > and <= */
	case 0x30:
		return 0xa0 | (code & 0x0f); /* >= and < */
	default:
		return 0;
	}
}

static void condition(struct convert *c, size_t i)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];
	const size_t yes = i + 1 + insn->jt, no = i + 1 + insn->jf;
	uint8_t code = (uint8_t)insn->code, src = code & WITH_REG ? R_X : 0;
	uint32_t k = src ? 0 : insn->k;

	/* Jumps compare 64 bits: this one would be sign-extended. */
	if (k > INT32_MAX) {
		put(c, OPC_MOV32, R_TMP, 0, 0, k);
		code |= WITH_REG;
		src = R_TMP;
		k = 0;
	}
	if (insn->jt || !insn->jf || !contrary(code)) {
		put_jump(c, code, src, k, yes);
		if (insn->jf)
			put_jump(c, OPC_JA, 0, 0, no);
	} else {
		put_jump(c, contrary(code), src, k, no);
	}
}

static void convert(struct convert *c, size_t i)
{
	const struct rawbpf_classic_insn *insn = &c->insns[i];
	const uint8_t code = (uint8_t)insn->code;

	switch (code & 7) {
	case 0:
	case 1:
		load(c, i);
		break;
	case 2:
	case 3:
		put(c, OPC_STX_W, R_FP, (code & 7) == 3 ? R_X : R_A, cell(insn->k), 0);
		break;
	case 4:
		arithmetic(c, insn);
		break;
	case 5:
		if (code == OPC_JA)
			put_jump(c, OPC_JA, 0, 0, i + 1 + insn->k);
		else
			condition(c, i);
		break;
	case 6:
		if (code == 0x06)
			put(c, OPC_MOV32, R_A, 0, 0, insn->k);
		put(c, OPC_EXIT, 0, 0, 0, 0);
		break;
	default: /* tax, txa */
		put(c, OPC_MOV64_REG, code & 0x80 ? R_A : R_X, code & 0x80 ? R_X : R_A, 0, 0);
	}
}

/* ---- the whole ----------------------------------------------------------------------- */

/* The verifier refuses instructions that nothing leads to; classic programs may have some. */
static void reach(struct convert *c)
{
	c->reached[0] = true;
	for (size_t i = 0; i < c->n; i++) {
		const struct rawbpf_classic_insn *insn = &c->insns[i];

		if (!c->reached[i] || (insn->code & 7) == 6)
			continue;
		if (insn->code == OPC_JA) {
			c->reached[i + 1 + insn->k] = true;
		} else if ((insn->code & 7) == 5) {
			c->reached[i + 1 + insn->jt] = true;
			c->reached[i + 1 + insn->jf] = true;
		} else {
			c->reached[i + 1] = true;
		}
	}
}

static int begin(struct convert *c)
{
	struct asm_ctx *a = c->a;
	struct asm_tok t = { .kind = T_NAME, .pos = c->pos[0] };

	/* A name of its own: the source may have a constant or a label called so. */
	t.name = rawbpf_asm_alloc(a, sizeof(*t.name));
	c->reached = rawbpf_asm_alloc(a, c->n * sizeof(*c->reached));
	c->slot = rawbpf_asm_alloc(a, c->n * sizeof(*c->slot));
	c->jumps = rawbpf_asm_alloc(a, 2 * c->n * sizeof(*c->jumps));
	if (!t.name || !c->reached || !c->slot || !c->jumps)
		return -ENOMEM;
	t.name->text = "filter";
	t.name->len = strlen("filter");
	a->license = "GPL";
	return rawbpf_asm_prog_begin(a, &t, "socket");
}

/* The first instruction's line is that of the prologue, too. */
static int each(struct convert *c)
{
	struct asm_ctx *a = c->a;
	int rc;

	reach(c);
	for (size_t i = 0; i < c->n && !a->fatal && a->errors < ASM_MAX_ERRORS; i++) {
		if (!c->reached[i])
			continue;
		a->tok.pos = c->pos[i];
		rc = rawbpf_asm_begin_insn(a);
		if (rc)
			return rc;
		if (!i) {
			put(c, OPC_MOV32, R_A, 0, 0, 0);
			put(c, OPC_MOV32, R_X, 0, 0, 0);
			put(c, OPC_MOV64_REG, R_CTX, 1, 0, 0);
		}
		c->slot[i] = (uint32_t)section(c)->insns.n;
		convert(c, i);
	}
	return a->fatal ? a->fatal : a->failed ? -EINVAL : 0;
}

int rawbpf_classic_convert(struct asm_ctx *a, const struct rawbpf_classic_insn *insns, size_t n,
	const struct asm_pos *pos)
{
	struct convert c = { .a = a, .insns = insns, .n = n, .pos = pos };
	int rc = begin(&c);

	if (!rc)
		rc = each(&c);
	if (rc)
		return rc;
	for (size_t i = 0; i < c.njumps; i++) {
		const struct jump *j = &c.jumps[i];

		section(&c)->insns.v[j->slot].off = (int16_t)(c.slot[j->target] - j->slot - 1);
	}
	rawbpf_asm_prog_end(a);
	return a->fatal ? a->fatal : a->failed ? -EINVAL : 0;
}
