/* SPDX-License-Identifier: BSD-2-Clause */
/* What make fuzz found, one test for each finding. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../../asm/asm.h"
#include "../../asm/dis.h"
#include "../../loader/obj.h"
#include "../../loader/where.h"

static void hear_column(void *arg, const struct rawbpf_diag *d)
{
	unsigned *col = arg;

	*col = d->col;
}

static void a_column_behind_its_source_line_is_not_known(void **state)
{
	static const char text[] = ".prog p, \"kprobe/x\"\nr0 = 0\nexit\n";
	unsigned col = 99;
	const struct rawbpf_sink sink = { hear_column, &col };
	struct rawbpf_obj *obj;
	size_t len;
	void *elf;

	assert_int_equal(rawbpf_asm_text(text, sizeof(text) - 1, "t.s", NULL, &elf, &len, NULL), 0);
	assert_int_equal(rawbpf_obj_read_mem(&obj, elf, len, "t.o", NULL), 0);
	free(elf);
	assert_int_equal(obj->progs[0].lines[0].line_col, 2 << 10 | 1);
	rawbpf_error_at(&sink, -1, obj, &obj->progs[0], 0, "here");
	assert_int_equal(col, 1);
	obj->progs[0].lines[0].line_col = 2 << 10 | 1000;
	rawbpf_error_at(&sink, -1, obj, &obj->progs[0], 0, "here");
	assert_int_equal(col, 0);
	rawbpf_obj_free(obj);
}

/* Assembles, writes `to` over every `from` in the object, and disassembles: that text assembles. */
static char *disassemble_renamed(const char *text, const char *from, const char *to)
{
	size_t len, out_len, again_len;
	void *elf, *again;
	char *out;

	assert_int_equal(rawbpf_asm_text(text, strlen(text), "t.s", NULL, &elf, &len, NULL), 0);
	for (char *p = elf; (size_t)(p - (char *)elf) + strlen(from) <= len; p++)
		if (!memcmp(p, from, strlen(from)))
			memcpy(p, to, strlen(to));
	assert_int_equal(rawbpf_dis_mem(elf, len, "t.o", NULL, &out, &out_len, NULL), 0);
	free(elf);
	if (rawbpf_asm_text(out, out_len, "dis.s", NULL, &again, &again_len, NULL))
		fail_msg("does not assemble again:\n%s", out);
	free(again);
	return out;
}

static void a_variable_called__license_is_not_named_so_in_the_text(void **state)
{
	char *text = disassemble_renamed(
		".const xlicense, type=u32, value=3\n.prog p, \"xdp\"\nr1 = xlicense ll\nexit\n",
		"xlicense", "_license");

	assert_null(strstr(text, ".const _license"));
	free(text);
}

static void the_second_of_two_programs_with_one_name_gets_another(void **state)
{
	char *text = disassemble_renamed(
		".prog one_x, \"xdp\"\nexit\n.prog one_y, \"tc\"\nexit\n", "one_y", "one_x");

	assert_non_null(strstr(text, ".prog one_x, \"xdp\""));
	assert_non_null(strstr(text, ".prog _one_x, \"tc\""));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_column_behind_its_source_line_is_not_known),
		cmocka_unit_test(a_variable_called__license_is_not_named_so_in_the_text),
		cmocka_unit_test(the_second_of_two_programs_with_one_name_gets_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
