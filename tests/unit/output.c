/* SPDX-License-Identifier: BSD-2-Clause */
/* From a map's numbers to rows, and rows to text, JSON and metrics: whole texts. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../loader/output.h"

/* An object with the settings of a histogram, made by hand: 3 rows of 10 and a rest. */
static unsigned char settings[12];
static struct rawbpf_map maps[2];
static struct rawbpf_var vars[3];
static struct rawbpf_obj obj;

static void describe(
	uint32_t step, uint32_t max, uint32_t by_power, uint32_t type, uint32_t key_size)
{
	static const char *const names[] = { "row_step", "row_max", "log2_rows" };
	const uint32_t values[] = { step, max, by_power };

	memcpy(settings, values, sizeof(settings));
	maps[0] = (struct rawbpf_map){ .name = (char *)".rodata",
		.origin = RAWBPF_MAP_DATA,
		.value_size = sizeof(settings),
		.data = settings };
	maps[1] = (struct rawbpf_map){
		.name = (char *)"sizes", .type = type, .key_size = key_size, .value_size = 8
	};
	for (unsigned i = 0; i < 3; i++)
		vars[i] = (struct rawbpf_var){ (char *)names[i], 0, 4 * i, 4 };
	obj = (struct rawbpf_obj){ .path = (char *)"m.o",
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
		.maps = maps,
		.nmaps = 2,
		.vars = vars,
		.nvars = 3 };
}

static struct rawbpf_snapshot snapshot(void *keys, uint32_t key_size, void *values, size_t n)
{
	return (struct rawbpf_snapshot){ .key_size = key_size,
		.value_size = 8,
		.copies = 1,
		.stride = 8,
		.n = n,
		.keys = keys,
		.values = values };
}

enum format { TEXT, JSON, METRICS };

static void check_text(const struct rawbpf_poll *poll, enum format format, const char *expected)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (format == TEXT)
		rawbpf_poll_text(out, poll);
	else if (format == JSON)
		rawbpf_poll_json(out, poll);
	else
		rawbpf_poll_openmetrics(out, poll, 1);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static const uint32_t indexes[] = { 0, 1, 2, 3 };

static void rows_of_array(struct rawbpf_rows *rows, struct rawbpf_snapshot *s)
{
	static uint64_t first[] = { 1, 20, 300, 4000 }, second[] = { 1, 21, 302, 4003 };

	describe(10, 30, 0, RAWBPF_MAP_TYPE_ARRAY, 4);
	assert_int_equal(rawbpf_rows_init(rows, &obj, &maps[1]), 0);
	*s = snapshot((void *)indexes, 4, first, 4);
	rawbpf_rows_fill(rows, &maps[1], s);
	*s = snapshot((void *)indexes, 4, second, 4);
	rawbpf_rows_fill(rows, &maps[1], s);
}

static struct rawbpf_poll poll_of(const struct rawbpf_rows *rows, const struct rawbpf_snapshot *s)
{
	return (struct rawbpf_poll){ .object = "m.o",
		.place = "kprobe on f, argument 3",
		.map = &maps[1],
		.time = 86400.5,
		.interval = 2,
		.rows = rows,
		.now = s,
		.was = s };
}

static void a_table_has_the_gain_and_the_total_of_each_row(void **state)
{
	struct rawbpf_snapshot s;
	struct rawbpf_rows rows;
	struct rawbpf_poll poll;

	rows_of_array(&rows, &s);
	poll = poll_of(&rows, &s);
	check_text(&poll, TEXT,
		"00:00:00  sizes: kprobe on f, argument 3\n"
		"         bytes     last 2.0 s          total\n"
		"             0              0              1\n"
		"        1 - 10              1             21\n"
		"       11 - 20              2            302\n"
		"       21 - 30*             3           4003\n"
		"* larger copies are counted in this row\n"
		"\n");
	rawbpf_rows_free(&rows);
}

static void json_says_that_the_last_row_has_no_end(void **state)
{
	struct rawbpf_snapshot s;
	struct rawbpf_rows rows;
	struct rawbpf_poll poll;

	rows_of_array(&rows, &s);
	poll = poll_of(&rows, &s);
	poll.object = "a\"b\\c\n.o";
	check_text(&poll, JSON,
		"{\"time\":86400.500,\"interval\":2.000,\"object\":\"a\\\"b\\\\c\\u000a.o\","
		"\"place\":\"kprobe on f, argument 3\",\"map\":\"sizes\",\"rows\":["
		"{\"from\":0,\"to\":0,\"count\":0,\"total\":1},"
		"{\"from\":1,\"to\":10,\"count\":1,\"total\":21},"
		"{\"from\":11,\"to\":20,\"count\":2,\"total\":302},"
		"{\"from\":21,\"to\":null,\"count\":3,\"total\":4003}]}\n");
	rawbpf_rows_free(&rows);
}

static void metrics_are_a_cumulative_histogram(void **state)
{
	struct rawbpf_snapshot s;
	struct rawbpf_rows rows;
	struct rawbpf_poll poll;

	rows_of_array(&rows, &s);
	poll = poll_of(&rows, &s);
	check_text(&poll, METRICS,
		"# HELP rawbpf_size_bytes Sizes counted in the kernel since the program was "
		"attached.\n"
		"# TYPE rawbpf_size_bytes histogram\n"
#define L "object=\"m.o\",place=\"kprobe on f, argument 3\",map=\"sizes\""
		"rawbpf_size_bytes_bucket{" L ",le=\"0\"} 1\n"
		"rawbpf_size_bytes_bucket{" L ",le=\"10\"} 22\n"
		"rawbpf_size_bytes_bucket{" L ",le=\"20\"} 324\n"
		"rawbpf_size_bytes_bucket{" L ",le=\"+Inf\"} 4327\n"
		"rawbpf_size_bytes_count{" L "} 4327\n"
		"# HELP rawbpf_poll_timestamp_seconds When the maps were last read.\n"
		"# TYPE rawbpf_poll_timestamp_seconds gauge\n"
		"rawbpf_poll_timestamp_seconds{" L "} 86400.500\n"
		"# EOF\n");
	rawbpf_rows_free(&rows);
}

static void a_hash_keyed_by_size_lands_in_the_same_rows(void **state)
{
	static uint64_t keys[] = { 0, 1, 10, 11, 30, 31, 9999 },
			values[] = { 1, 2, 4, 8, 16, 32, 64 };
	struct rawbpf_snapshot s = snapshot(keys, 8, values, 7);
	struct rawbpf_rows rows;

	describe(10, 30, 0, RAWBPF_MAP_TYPE_HASH, 8);
	assert_int_equal(rawbpf_rows_init(&rows, &obj, &maps[1]), 0);
	rawbpf_rows_fill(&rows, &maps[1], &s);
	assert_int_equal(rows.row[0].total, 1);
	assert_int_equal(rows.row[1].total, 2 + 4);
	assert_int_equal(rows.row[2].total, 8);
	assert_int_equal(rows.row[3].total, 16 + 32 + 64);
	rawbpf_rows_free(&rows);
}

static void powers_of_two_are_drawn_from_the_first_to_the_last_used_row(void **state)
{
	static const uint32_t bits[] = { 0, 1, 2, 4, 64 };
	static uint64_t values[] = { 0, 10, 20, 1, 0 };
	struct rawbpf_snapshot s = snapshot((void *)bits, 4, values, 5);
	struct rawbpf_rows rows;
	struct rawbpf_poll poll;

	describe(10, 30, 1, RAWBPF_MAP_TYPE_PERCPU_ARRAY, 4);
	assert_int_equal(rawbpf_rows_init(&rows, &obj, &maps[1]), 0);
	assert_true(rows.row[64].from == 1ULL << 63 && rows.row[64].to == UINT64_MAX);
	rawbpf_rows_fill(&rows, &maps[1], &s);
	poll = poll_of(&rows, &s);
	poll.place = "";
	check_text(&poll, TEXT,
		"00:00:00  sizes\n"
		"                   bytes        total          new  last 2.0 s\n"
		"                       1           10           10 |@@@@@@@@@@@@@@@@@@@@          "
		"          |\n"
		"                   2 - 3           20           20 "
		"|@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
		"                   4 - 7            0            0 |                              "
		"          |\n"
		"                  8 - 15            1            1 |@@                            "
		"          |\n"
		"\n");
	rawbpf_rows_free(&rows);
}

static void settings_that_make_no_rows_are_refused(void **state)
{
	struct rawbpf_rows rows;

	describe(0, 30, 0, RAWBPF_MAP_TYPE_ARRAY, 4);
	assert_int_equal(rawbpf_rows_init(&rows, &obj, &maps[1]), -ERANGE);
	describe(7, 30, 0, RAWBPF_MAP_TYPE_ARRAY, 4);
	assert_int_equal(rawbpf_rows_init(&rows, &obj, &maps[1]), -ERANGE);
	describe(1, 4096, 0, RAWBPF_MAP_TYPE_ARRAY, 4);
	assert_int_equal(rawbpf_rows_init(&rows, &obj, &maps[1]), -ERANGE);
	describe(10, 30, 0, RAWBPF_MAP_TYPE_HASH, 16);
	assert_int_equal(rawbpf_rows_init(&rows, &obj, &maps[1]), -ENOENT);
}

static void a_map_without_settings_is_listed(void **state)
{
	static uint64_t now[] = { 5, 6 }, was[] = { 5, 4 };
	struct rawbpf_snapshot s = snapshot((void *)indexes, 4, now, 2);
	struct rawbpf_snapshot old = snapshot((void *)indexes, 4, was, 2);
	struct rawbpf_poll poll;

	describe(10, 30, 0, RAWBPF_MAP_TYPE_ARRAY, 4);
	poll = poll_of(NULL, &s);
	poll.was = &old;
	check_text(&poll, TEXT,
		"00:00:00  sizes: kprobe on f, argument 3\n"
		"  0: 5\n"
		"  1: 6  (+2)\n"
		"\n");
	check_text(&poll, JSON,
		"{\"time\":86400.500,\"interval\":2.000,\"object\":\"m.o\","
		"\"place\":\"kprobe on f, argument 3\",\"map\":\"sizes\",\"elements\":["
		"{\"key\":0,\"value\":5},{\"key\":1,\"value\":6}]}\n");
	check_text(&poll, METRICS,
		"# HELP rawbpf_map_value A value in a BPF map, summed over CPUs.\n"
		"# TYPE rawbpf_map_value gauge\n"
		"rawbpf_map_value{" L ",key=\"0\"} 5\n"
		"rawbpf_map_value{" L ",key=\"1\"} 6\n"
		"# HELP rawbpf_poll_timestamp_seconds When the maps were last read.\n"
		"# TYPE rawbpf_poll_timestamp_seconds gauge\n"
		"rawbpf_poll_timestamp_seconds{" L "} 86400.500\n"
		"# EOF\n");
}

static void json_and_metrics_are_utf8_whatever_the_file_is_called(void **state)
{
	struct rawbpf_snapshot s = { .key_size = 4, .value_size = 8, .copies = 1, .stride = 8 };
	struct rawbpf_poll p = { .place = "", .now = &s, .was = &s, .map = &maps[1] };

	describe(10, 30, 0, RAWBPF_MAP_TYPE_ARRAY, 4);
	/* good; a lone byte; cut off; too long a form; a surrogate; too high */
	p.object =
		"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d|\xff|\xe2\x82|\xc0\x80|\xed\xa0\x80|\xf4\x90";
#define NONE "\xef\xbf\xbd"
#define SAID                                                                                       \
	"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d|" NONE "|" NONE NONE "|" NONE NONE                   \
	"|" NONE NONE NONE "|" NONE NONE
	check_text(&p, JSON,
		"{\"time\":0.000,\"interval\":0.000,\"object\":\"" SAID
		"\",\"place\":\"\",\"map\":\"sizes\",\"elements\":[]}\n");
	check_text(&p, METRICS,
		"# HELP rawbpf_map_value A value in a BPF map, summed over CPUs.\n"
		"# TYPE rawbpf_map_value gauge\n"
		"# HELP rawbpf_poll_timestamp_seconds When the maps were last read.\n"
		"# TYPE rawbpf_poll_timestamp_seconds gauge\n"
		"rawbpf_poll_timestamp_seconds{object=\"" SAID
		"\",place=\"\",map=\"sizes\"} 0.000\n"
		"# EOF\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_has_the_gain_and_the_total_of_each_row),
		cmocka_unit_test(json_and_metrics_are_utf8_whatever_the_file_is_called),
		cmocka_unit_test(json_says_that_the_last_row_has_no_end),
		cmocka_unit_test(metrics_are_a_cumulative_histogram),
		cmocka_unit_test(a_hash_keyed_by_size_lands_in_the_same_rows),
		cmocka_unit_test(powers_of_two_are_drawn_from_the_first_to_the_last_used_row),
		cmocka_unit_test(settings_that_make_no_rows_are_refused),
		cmocka_unit_test(a_map_without_settings_is_listed),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
