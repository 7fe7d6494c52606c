# A result file in R. Prints nothing unless something is wrong.
options(warn = 2)
suppressPackageStartupMessages(library(ncdf4))
arguments <- commandArgs(TRUE)
check <- function(good, complaint) if (!isTRUE(good)) stop(complaint, call. = FALSE)

file <- nc_open(arguments[1])
check(length(file$dim) > 0, "no dimensions")
check(nchar(ncatt_get(file, 0, "title")$value) > 0, "no title")
for (variable in file$var) {
    values <- ncvar_get(file, variable$name)
    check(length(values) == prod(variable$size), paste(variable$name, "is not whole"))
    for (dimension in variable$dim) {
        check(dimension$create_dimvar && !grepl("phony", dimension$name),
              paste(variable$name, "has a dimension without a name"))
    }
}
if ("time" %in% names(file$dim)) {
    units <- file$dim$time$units
    check(grepl("^days since [0-9]{4}-[0-9]{2}-[0-9]{2}", units), "time is not in days since a date")
    dates <- as.Date(sub("days since ", "", units)) + file$dim$time$vals
    check(!anyNA(dates) && !is.unsorted(dates), "time is no rising date")
}
if (arguments[2] == "sample") {
    expected <- (seq_len(3 * 24 * 120) - 1) / 4
    expected[seq(8, length(expected), by = 1000)] <- NA
    waited <- ncvar_get(file, "waited") # R turns the order of dimensions round
    check(identical(dim(waited), c(120L, 24L, 3L)), "dimensions of waited")
    check(identical(is.na(as.vector(waited)), is.na(expected)), "missing values of waited")
    check(all(as.vector(waited) == expected, na.rm = TRUE), "values of waited")
    check(ncatt_get(file, "waited", "units")$value == "h", "unit of waited")
    check(all(as.vector(ncvar_get(file, "patients")) == 0:71 * 1000003), "values of patients")
    check(format(dates[2]) == "2019-02-01" && format(dates[24]) == "2020-12-14", "dates")
    check(identical(enc2utf8(as.vector(ncvar_get(file, "place_name"))[22]), "\u79d1\u5c14\u6c81\u53f3\u7ffc\u524d\u65d7 21"),
          "place_name")
    check(identical(as.vector(ncvar_get(file, "metric_unit")), c("h", "")), "metric_unit")
    check(identical(as.integer(ncvar_get(file, "metric_met")), c(1L, 0L)), "metric_met")
    check(ncatt_get(file, 0, "seed")$value == "18446744073709551615", "seed")
    check(ncatt_get(file, 0, "note")$value == "", "empty text")
    check(nchar(ncatt_get(file, 0, "scenario_written")$value, "bytes") > 190000, "scenario_written")
}
nc_close(file)
