/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel as judge of --to-ebpf: on sockets of our own, the kernel's run of a classic filter
 * and our conversion of it keep the same part of every message.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <setjmp.h>
#include <sched.h>
#include <cmocka.h>

#include "../../loader/obj.h"
#include "lib_convert.h"

#define MOST_BYTES 65000

static unsigned char message[MOST_BYTES], seen[MOST_BYTES];

/* ---- the two runs ------------------------------------------------------------------------ */

struct both {
	int classic[2], extended[2];
	int prog;
	const struct rawbpf_classic_insn *insns;
	size_t n;
	unsigned kept, dropped; /* messages, of all filters */
};

static void open_both(struct both *b)
{
	const int room = 1 << 20;

	*b = (struct both){ .prog = -1 };
	pair(b->classic);
	pair(b->extended);
	setsockopt(b->classic[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	setsockopt(b->extended[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

static void attach_both(struct both *b, const struct rawbpf_classic_insn *insns, size_t n)
{
	if (b->prog >= 0)
		rawbpf_sys_close(b->prog);
	b->insns = insns;
	b->n = n;
	b->prog = load_converted(insns, n);
	if (b->prog < 0)
		show(insns, n, "does not load:");
	assert_true(b->prog >= 0);
	assert_int_equal(attach(b->classic[1], insns, n), 0);
	assert_int_equal(
		setsockopt(b->extended[1], SOL_SOCKET, SO_ATTACH_BPF, &b->prog, sizeof(b->prog)),
		0);
}

static void close_both(struct both *b)
{
	if (b->prog >= 0)
		rawbpf_sys_close(b->prog);
	for (unsigned i = 0; i < 2; i++) {
		close(b->classic[i]);
		close(b->extended[i]);
	}
}

/* How much of the message arrives; -1: it does not. */
static ssize_t kept(const int fd[2], size_t len)
{
	ssize_t n = send(fd[0], message, len, 0);

	/* A dropped datagram is an error to the sender of some kernels, not of others. */
	if (n < 0)
		assert_int_equal(errno, EPERM);
	return n < 0 ? -1 : recv(fd[1], seen, sizeof(seen), MSG_DONTWAIT);
}

static void compare(struct both *b, size_t len)
{
	ssize_t theirs = kept(b->classic, len), ours = kept(b->extended, len);

	if (theirs != ours)
		show(b->insns, b->n, "different verdicts:");
	assert_int_equal(ours, theirs);
	*(theirs < 0 ? &b->dropped : &b->kept) += 1;
}

/* The verdict in full, by BPF_PROG_TEST_RUN, of a program that asks only for the packet's bytes. */
static void compare_verdict(struct both *b, size_t len)
{
	static unsigned char frame[14 + 2048];
	struct rawbpf_attr_prog_test_run run = { .prog_fd = (uint32_t)b->prog,
		.data_in = rawbpf_ptr(frame),
		.data_size_in = (uint32_t)(14 + len),
		.repeat = 1 };
	ssize_t theirs = kept(b->classic, len), ours;

	memcpy(frame + 14, message, len); /* the filter sees what follows the Ethernet header */
	assert_int_equal(rawbpf_prog_test_run(&run), 0);
	ours = !run.retval ? -1 : run.retval > len ? (ssize_t)len : (ssize_t)run.retval;
	if (theirs != ours)
		show(b->insns, b->n, "different verdicts in a test run:");
	assert_int_equal(ours, theirs);
}

/* ---- random filters ----------------------------------------------------------------------- */

static bool loads_packet(const struct rawbpf_classic_insn *insn)
{
	return insn->code == 0x20 || insn->code == 0x28 || insn->code == 0x30;
}

/* Extensions that can be converted, and that give the same twice. */
static void choose_extension(struct rawbpf_classic_insn *insn)
{
	static const uint8_t exts[] = { 0, 4, 8, 20, 24, 32, 36, 40, 44, 48, 60 };

	if (loads_packet(insn) && insn->k >= 0xfffff000)
		insn->k = 0xfffff000 + exts[rnd(COUNT(exts))];
}

/* A random filter whose verdict tells what is in A and X at its end. */
static size_t random_filter(struct rawbpf_classic_insn *insns)
{
	size_t n;

	for (;;) {
		n = random_program(insns, 0);
		for (size_t i = 0; i < n; i++) {
			choose_extension(&insns[i]);
			/* Offsets from X are rarely in the packet, if X is any number. */
			if ((insns[i].code & 0xe7) == 0x40 && i && rnd(2))
				insns[i - 1] =
					(struct rawbpf_classic_insn){ .code = 0x01, .k = rnd(40) };
			if (insns[i].code == 0x06)
				insns[i].k = rnd(400);
		}
		insns[n - 1] = (struct rawbpf_classic_insn){ .code = 0xac };          /* xor x */
		insns[n++] = (struct rawbpf_classic_insn){ .code = 0x94, .k = 1021 }; /* mod */
		insns[n++] = (struct rawbpf_classic_insn){ .code = 0x04, .k = 1 };    /* add */
		insns[n++] = (struct rawbpf_classic_insn){ .code = 0x16 };            /* ret a */
		if (!rawbpf_classic_check(insns, n, RAWBPF_ASM_FOR_SOCKET, NULL))
			return n;
	}
}

static size_t random_message(void)
{
	size_t len = rnd(3) ? 200 + rnd(1300) : rnd(60);

	for (size_t i = 0; i < len; i++)
		message[i] = (unsigned char)(rnd(3) ? rnd(256) : 0);
	return len;
}

static void random_filters_give_the_verdicts_of_the_kernels_conversion(void **state)
{
	struct rawbpf_classic_insn insns[MOST + 4];
	cpu_set_t here, before;
	struct both b;

	need_bpf();
	seed = 20261121;
	/* `ld cpu` is the same for both. */
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	open_both(&b);
	for (unsigned i = 0; i < 1500; i++) {
		attach_both(&b, insns, random_filter(insns));
		for (unsigned j = 0; j < 6; j++)
			compare(&b, random_message());
	}
	sched_setaffinity(0, sizeof(before), &before);
	print_message("# %u messages kept, %u dropped\n", b.kept, b.dropped);
	assert_true(b.kept > 2000 && b.dropped > 1000);
	close_both(&b);
}

static bool only_of_the_packet(const struct rawbpf_classic_insn *insns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((loads_packet(&insns[i]) || insns[i].code == 0xb1) && insns[i].k > INT32_MAX)
			return false;
	return true;
}

static void random_filters_give_the_same_verdicts_in_a_test_run(void **state)
{
	struct rawbpf_classic_insn insns[MOST + 4];
	struct both b;
	unsigned done = 0;
	size_t n;

	need_bpf();
	seed = 99;
	open_both(&b);
	while (done < 60) {
		n = random_filter(insns);
		if (!only_of_the_packet(insns, n))
			continue;
		attach_both(&b, insns, n);
		compare_verdict(&b, 1 + random_message());
		done++;
	}
	close_both(&b);
}

/* ---- filters as people write them ---------------------------------------------------------- */

static void put16(size_t at, unsigned v)
{
	message[at] = (unsigned char)(v >> 8);
	message[at + 1] = (unsigned char)v;
}

/* A frame that filters may be interested in, sometimes cut short. */
static size_t random_frame(void)
{
	static const uint16_t types[] = { 0x0800, 0x0800, 0x0800, 0x86dd, 0x0806, 0x8100, 0x88cc };
	static const uint8_t protos[] = { 6, 17, 1, 58, 132, 50 };
	static const uint16_t ports[] = { 22, 53, 80, 443, 6000, 1500 };
	size_t len = 60 + rnd(200), ip = 14;
	unsigned type = types[rnd(COUNT(types))], header = 20 + 4 * rnd(3);

	for (size_t i = 0; i < len; i++)
		message[i] = (unsigned char)rnd(256);
	put16(12, type);
	if (type == 0x8100) {
		type = types[rnd(5)];
		put16(16, type);
		ip = 18;
	}
	message[ip] = (unsigned char)(type == 0x86dd ? 0x60 : 0x40 | header / 4);
	message[ip + (type == 0x86dd ? 6 : 9)] = protos[rnd(COUNT(protos))];
	if (rnd(4))
		put16(ip + 6, 0); /* no fragment */
	header = type == 0x86dd ? 40 : header;
	put16(ip + header, ports[rnd(COUNT(ports))]);
	put16(ip + header + 2, ports[rnd(COUNT(ports))]);
	if (type == 0x0800 && !rnd(2))
		memcpy(message + ip + 12, "\xc0\0\2\1\xc0\0\2\2", 8);
	return rnd(5) ? len : rnd((uint32_t)len);
}

static void compare_frames(struct both *b, const char *text)
{
	struct rawbpf_classic_insn *insns;
	size_t n = assemble(text, &insns);

	attach_both(b, insns, n);
	for (unsigned i = 0; i < 150; i++)
		compare(b, random_frame());
	free(insns);
}

static const char *const written[] = {
	"ldh [12]\njne #ETHERTYPE_ARP, drop\nret #TRUE\ndrop: ret #FALSE",
	/* every condition, both ways, with targets on both sides, in one direction, and equal */
	"ld [0]\njeq #0x80000000, +0, +1\nld #7\nld [4]\njgt #0x7fffffff, a\nld [8]\n"
	"a: jge #0xffff0000, b, c\nb: ret #10\nc: jset #0x80000001, d\nld [12]\n"
	"d: jset #0xf, c1, c2\nc1: ret #20\nc2: ldx #0x90000000\njgt x, e\njlt x, e\nret #30\n"
	"e: jeq x, f, f\nf: jge x, g, h\ng: ret #40\nh: ldh [2]\njne #5, end\nret #1\nend: ret a",
	/* division by 0, modulo 0, both with X */
	"ldb [0]\nand #1\ntax\nld #100\ndiv x\nret a",
	"ldb [0]\nand #3\ntax\nldh [2]\nmod x\nadd #1\nret a",
	/* shifts by more than 31 */
	"ldb [0]\ntax\nld #0x10001\nlsh x\nst M[15]\nld #0xff00ff\nrsh x\nldx M[15]\nxor x\n"
	"mod #211\nadd #1\nret a",
	"ld [0]\nneg\nst M[0]\nldx len\ntxa\nadd x\nldx M[0]\nsub x\nmul x\nor #1\n"
	"ldx 4*([14]&0xf)\nadd x\nmod #97\nadd #1\nret a",
	/* instructions that nothing leads to, one of them with no conversion */
	"ja over\nld nla\nover: ret #3\nld poff\nret a",
	/* the link layer and the network layer, which these sockets lack */
	"ld [0xffe00000]\nret #9",
	"ld [0xfff00000]\nret #9",
	"ldx #0xfff00000\nldb [x + 4]\nret #9",
	"ldx #0xffffffff\nldb [x + 4]\nret #9",
	"ldx 4*([0xfffff000]&0xf)\nret #9",
	"ld #33\nld ifidx\nret #44", /* without a device: 33 */
	"ret #0xffffffff",
};

static void written_filters_give_the_verdicts_of_the_kernels_conversion(void **state)
{
	struct both b;

	need_bpf();
	seed = 7;
	open_both(&b);
	for (size_t i = 0; i < COUNT(written); i++)
		compare_frames(&b, written[i]);
	print_message("# %u messages kept, %u dropped\n", b.kept, b.dropped);
	close_both(&b);
}

static void each_cell_keeps_its_own_value(void **state)
{
	char text[1024];
	struct both b;
	size_t n;

	need_bpf();
	seed = 6;
	open_both(&b);
	for (unsigned cell = 0; cell < 16; cell++) {
		n = 0;
		for (unsigned i = 0; i < 16; i++)
			n += (size_t)snprintf(
				text + n, sizeof(text) - n, "ld #%u\nst M[%u]\n", i + 1, i);
		snprintf(text + n, sizeof(text) - n, "ld M[%u]\nret a", cell);
		compare_frames(&b, text);
		memset(message, 0, 20);
		assert_int_equal(kept(b.extended, 20), cell + 1);
	}
	close_both(&b);
}

static const char *const expressions[] = { "ip", "ip6", "arp", "tcp", "udp port 53", "icmp", "vlan",
	"vlan and ip", "mpls", "host 192.0.2.1", "src net 192.0.2.0/24", "tcp port 22",
	"dst port 80 or dst port 443", "tcp portrange 6000-6010", "ip6 and tcp port 443",
	"ether broadcast", "ip multicast", "less 64", "len - 14 >= 64", "sctp or esp",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "tcp[((tcp[12] & 0xf0) >> 2):4] = 0x47455420",
	"ip[6:2] & 0x1fff != 0", "ip[2:2] - ((ip[0] & 0xf) << 2) > 100",
	"len * 3 / 2 + 7 < 1000 and len % 5 = 1",
	"tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)",
	"udp and (ip[1] ^ 3 = 4 or ip[1] | 8 = 9 or src port 53)" };

static bool ask_tcpdump(const char *expression, char *text, size_t size)
{
	char command[256];
	size_t n;
	FILE *f;

	snprintf(command, sizeof(command), "tcpdump -y EN10MB -s 200 -ddd '%s' 2>/dev/null",
		expression);
	f = popen(command, "r");
	if (!f)
		return false;
	n = fread(text, 1, size - 1, f);
	text[n] = 0;
	return !pclose(f) && n;
}

static void tcpdumps_filters_give_the_verdicts_of_the_kernels_conversion(void **state)
{
	static char text[1 << 16];
	struct both b;

	need_bpf();
	if (!ask_tcpdump("ip", text, sizeof(text)))
		SKIP("no tcpdump here that compiles filters");
	seed = 8;
	open_both(&b);
	for (size_t i = 0; i < COUNT(expressions); i++) {
		assert_true(ask_tcpdump(expressions[i], text, sizeof(text)));
		compare_frames(&b, text);
	}
	print_message("# %u messages kept, %u dropped\n", b.kept, b.dropped);
	assert_true(b.kept > 300 && b.dropped > 300);
	close_both(&b);
}

/* The kernel keeps the rest of a large message in pages. */
static void loads_from_large_messages_are_the_same(void **state)
{
	struct rawbpf_classic_insn *insns;
	struct both b;
	size_t n;

	need_bpf();
	n = assemble("ldx #40000\nld [39998]\nst M[1]\nldb [x + 9999]\nldx M[1]\nxor x\n"
		     "mod #30011\nadd #1\nret a",
		&insns);
	seed = 9;
	open_both(&b);
	attach_both(&b, insns, n);
	for (size_t len = 49990; len < 50010; len++) {
		for (size_t i = 39000; i < len; i++)
			message[i] = (unsigned char)rnd(256);
		compare(&b, len);
	}
	assert_true(b.kept == 10 && b.dropped == 10);
	free(insns);
	close_both(&b);
}

static void the_longest_filter_loads_with_a_jump_from_end_to_end(void **state)
{
	static struct rawbpf_classic_insn insns[RAWBPF_CLASSIC_MAX];
	const size_t last = RAWBPF_CLASSIC_MAX - 1;
	int fd;

	need_bpf();
	insns[0] = (struct rawbpf_classic_insn){ .code = 0x30 };
	insns[1] = (struct rawbpf_classic_insn){ .code = 0x15, .jf = 1 };
	insns[2] = (struct rawbpf_classic_insn){ .code = 0x05, .k = (uint32_t)last - 3 };
	for (size_t i = 3; i < last; i++) /* three slots each */
		insns[i] = (struct rawbpf_classic_insn){ .code = 0x45, .jf = 1, .k = ~(uint32_t)0 };
	insns[last - 1] = (struct rawbpf_classic_insn){ .code = 0x05 };
	insns[last] = (struct rawbpf_classic_insn){ .code = 0x06, .k = 1 };
	insns[last - 2].jf = 0;
	fd = load_converted(insns, RAWBPF_CLASSIC_MAX);
	assert_true(fd >= 0);
	rawbpf_sys_close(fd);
}

static void rand_is_no_constant(void **state)
{
	struct rawbpf_classic_insn *insns;
	size_t n;
	struct both b;
	ssize_t first, different = 0;

	need_bpf();
	n = assemble("ld rand\nmod #1021\nadd #1\nret a", &insns);
	open_both(&b);
	attach_both(&b, insns, n);
	first = kept(b.extended, 1022);
	for (unsigned i = 0; i < 20; i++)
		different += kept(b.extended, 1022) != first;
	assert_true(first > 0 && different > 10);
	free(insns);
	close_both(&b);
}

/* ---- an object ----------------------------------------------------------------------------- */

static void the_object_loads_with_its_btf_and_line_info(void **state)
{
	static const char text[] =
		"ldh [12]\njne #ETHERTYPE_ARP, drop\nret #TRUE\ndrop: ret #FALSE\n";
	struct rawbpf_prog_info info = { 0 };
	struct rawbpf_load_opts opts = { 0 };
	struct rawbpf_loaded *l = NULL;
	struct rawbpf_obj *obj = NULL;
	uint32_t info_len = sizeof(info);
	size_t len;
	void *elf;

	need_bpf();
	elf = convert(text, strlen(text), RAWBPF_ASM_ELF, &len);
	assert_non_null(elf);
	assert_int_equal(rawbpf_obj_read_mem(&obj, elf, len, "filter.o", NULL), 0);
	free(elf);
	assert_int_equal(rawbpf_obj_load(&l, obj, &opts, NULL), 0);
	assert_int_equal(rawbpf_obj_get_info_by_fd(l->prog_fds[0], &info, &info_len), 0);
	assert_int_equal(info.type, RAWBPF_PROG_TYPE_SOCKET_FILTER);
	assert_string_equal(info.name, "filter");
	assert_int_equal(info.nr_line_info, 4);
	rawbpf_loaded_free(l);
	rawbpf_obj_free(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(random_filters_give_the_verdicts_of_the_kernels_conversion),
		TEST(random_filters_give_the_same_verdicts_in_a_test_run),
		TEST(written_filters_give_the_verdicts_of_the_kernels_conversion),
		TEST(each_cell_keeps_its_own_value),
		TEST(tcpdumps_filters_give_the_verdicts_of_the_kernels_conversion),
		TEST(loads_from_large_messages_are_the_same),
		TEST(the_longest_filter_loads_with_a_jump_from_end_to_end),
		TEST(rand_is_no_constant),
		TEST(the_object_loads_with_its_btf_and_line_info),
	};

	/* before 5.11 programs count as locked memory, and are given back late */
	rawbpf_sys_unlimit_memlock();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
