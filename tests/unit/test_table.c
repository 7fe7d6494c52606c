#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/table.h"

static int load(struct table *table, const char *text, struct err *err)
{
    char path[] = "/tmp/counterpart_table_XXXXXX";
    const int descriptor = mkstemp(path);
    cr_assert_geq(descriptor, 0);
    cr_assert_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    const int status = table_load(table, path, err);
    unlink(path);
    return status;
}

static void refused(const char *text, const char *part)
{
    struct table table;
    struct err err = ERR_INIT;
    cr_expect_eq(load(&table, text, &err), -1, "%s", text);
    cr_expect_not_null(strstr(err.text[0], part), "\"%s\" is not in: %s", part, err.text[0]);
    table_free(&table);
    table_free(&table);
}

Test(table, gives_fields_by_row_and_column)
{
    struct table table;
    struct err err = ERR_INIT;
    size_t column = 0;
    int64_t whole = 0;
    double real = 0;
    cr_assert_eq(load(&table,
                      "\xef\xbb\xbf"
                      "code,\"name, of it\",n\n1,\"a \"\"b\"\"\nc\",5\n\n2,,-0.5\n",
                      &err),
                 0, "%s", err.text[0]);
    cr_expect_eq(table.rows, 2);
    cr_expect_eq(table.columns, 3);
    cr_expect_eq(table_column(&table, "name, of it", &column, &err), 0);
    cr_expect_eq(column, 1);
    cr_expect_str_eq(table_text(&table, 0, 1), "a \"b\"\nc");
    cr_expect_str_eq(table_text(&table, 1, 1), "");
    cr_expect_eq(table_int(&table, 0, 2, 0, 10, &whole, &err), 0);
    cr_expect_eq(whole, 5);
    cr_expect_eq(table_real(&table, 1, 2, -1, 1, &real, &err), 0);
    cr_expect_eq(real, -0.5);
    cr_expect_eq(table_line(&table, 0), 2);
    cr_expect_eq(table_line(&table, 1), 5, "a quoted line end and an empty line count");
    table_free(&table);
}

Test(table, names_line_and_column_of_a_bad_number)
{
    struct table table;
    struct err err = ERR_INIT;
    int64_t whole = 0;
    double real = 0;
    cr_assert_eq(load(&table, "code,n\n1,x\n2,\n3,11\n4,nan\n", &err), 0);
    cr_expect_eq(table_int(&table, 0, 1, 0, 10, &whole, &err), -1);
    cr_expect_not_null(strstr(err.text[0], ":2: n: \"x\" is not a whole number; write one such as 12"));
    cr_expect_eq(table_int(&table, 1, 1, 0, 10, &whole, &err), -1);
    cr_expect_not_null(strstr(err.text[1], ":3: n: is empty; write a whole number"));
    cr_expect_eq(table_int(&table, 2, 1, 0, 10, &whole, &err), -1);
    cr_expect_not_null(strstr(err.text[2], ":4: n: 11 is out of range; write a whole number from 0 to 10"));
    cr_expect_eq(table_real(&table, 3, 1, 0, 10, &real, &err), -1);
    table_free(&table);
}

Test(table, refuses_bad_files)
{
    refused("", ":1: (header): the file is empty; begin with");
    refused("a,b\n1\n", ":2: (row): has 1 fields where the header has 2; add what is missing");
    refused("a,b\n1,2,3\n", ":2: (row): has 3 fields where the header has 2; quote fields");
    refused("a,b\r\n1,2\r\n", ":1: (row): ends with CR LF");
    refused("a,a\n1,2\n", ":1: (header): the column \"a\" stands twice");
    refused("a,\n1,2\n", ":1: (header): column 2 has no name");
    refused("a,b\n1,\"2\n", "a quote is not closed");
    refused("a,b\n1,2\"3\n", "check the quotes");
    refused("a,b\n1,\xff\n", ":2: (text): is not UTF-8 (byte ff); convert the file");
}

Test(table, gathers_the_problems_of_all_rows)
{
    struct table table;
    struct err err = ERR_INIT;
    cr_expect_eq(load(&table, "a,b\n1\n1,2\n1,2,3\n", &err), -1);
    cr_expect_eq(err.count, 2);
    table_free(&table);
}

Test(table, offers_the_nearest_column)
{
    struct table table;
    struct err err = ERR_INIT;
    size_t column = 0;
    cr_assert_eq(load(&table, "code,populaton\n1,2\n", &err), 0);
    cr_expect_eq(table_column(&table, "population", &column, &err), -1);
    cr_expect_not_null(
        strstr(err.text[0], "there is no column \"population\", but \"populaton\"; rename that one"));
    cr_expect_not(table_has(&table, "population", &column));
    table_free(&table);
}

Test(table, refuses_what_is_no_file)
{
    struct table table;
    struct err err = ERR_INIT;
    cr_expect_eq(table_load(&table, "/tmp", &err), -1);
    cr_expect_str_eq(err.text[0], "/tmp: is a directory; name a file");
    table_free(&table);
}
