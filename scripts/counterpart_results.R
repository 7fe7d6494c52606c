# Result files of counterpart as tidy data frames, in R: the twin of counterpart_results.py.
#
#     source("scripts/counterpart_results.R")
#     run <- counterpart_open("results/horqin_stroke_stint.h5")
#     subset(counterpart_series(run, "treated", by = "place"), place == "152221")
#
# A frame has one row a value. Intervals are 95% intervals of the mean over replications by Student's t; those of a ratio
# are of a ratio estimator; those of a difference are paired by replication. Needs ncdf4 (Debian's r-cran-ncdf4).

library(ncdf4)

counterpart_treated <- c("treated_in_county", "treated_in_prefecture", "treated_in_province", "treated_elsewhere")
# Sums and ratios of sums that people ask for by place and step, as `counterpart keys --results` defines them.
counterpart_quantities <- list(
  treated = list(above = counterpart_treated, below = character(), scale = 1, unit = "1"),
  treated_in_county_share = list(above = counterpart_treated[1], below = counterpart_treated, scale = 1, unit = "1"),
  cross_province_share = list(above = counterpart_treated[4], below = counterpart_treated, scale = 1, unit = "1"),
  met_share = list(above = counterpart_treated, below = c(counterpart_treated, "untreated"), scale = 1, unit = "1"),
  untreated_share = list(above = "untreated", below = c(counterpart_treated, "untreated"), scale = 1, unit = "1"),
  wait_mean = list(above = "waited", below = counterpart_treated, scale = 1 / 24, unit = "d"),
  travel_to_treatment_mean = list(above = "travel_to_treatment", below = counterpart_treated, scale = 1, unit = "h"),
  patient_cost_per_treated = list(above = "patient_cost", below = counterpart_treated, scale = 1, unit = "CNY"),
  death_share = list(above = "deaths", below = "patients", scale = 1, unit = "1"),
  procedures = list(above = c("procedures_by_visitors", "procedures_by_locals"), below = character(), scale = 1, unit = "1")
)

# The kind ("run", "comparison", "other"), path, title and seed; close with nc_close(x$file).
counterpart_open <- function(path) {
  file <- nc_open(path)
  text <- function(name) {
    found <- ncatt_get(file, 0, name)
    if (found$hasatt) as.character(found$value) else NA_character_
  }
  dims <- names(file$dim)
  kind <- if (all(c("replication", "time") %in% dims)) "run" else if ("scenario" %in% dims) "comparison" else "other"
  list(file = file, path = path, kind = kind, title = text("title"), seed = text("seed"), version = text("version"),
       label = sub("\\.[^.]*$", "", basename(path)))
}

counterpart_unit <- function(x, name) {
  if (!name %in% names(x$file$var) && paste0(name, "_sum") %in% names(x$file$var)) name <- paste0(name, "_sum")
  found <- ncatt_get(x$file, name, "units")
  if (found$hasatt) found$value else NA_character_
}

# Ids of a dimension; dates for time.
counterpart_ids <- function(x, dim) {
  if (dim == "replication") return(as.vector(ncvar_get(x$file, dim)))
  if (dim != "time") return(as.character(ncvar_get(x$file, dim)))
  origin <- sub("^days since ", "", ncatt_get(x$file, "time", "units")$value)
  as.POSIXct(origin, tz = "UTC") + 86400 * as.vector(ncvar_get(x$file, "time"))
}

# A variable as an array with its dimensions named, the first one the slowest as in the file.
counterpart_array <- function(x, name) {
  variable <- x$file$var[[name]]
  if (is.null(variable)) stop(x$path, ": has no variable '", name, "'")
  dims <- rev(vapply(variable$dim, function(d) d$name, ""))
  values <- ncvar_get(x$file, name, collapse_degen = FALSE)
  values <- aperm(array(values, rev(variable$size)[length(dims):1]), length(dims):1)
  dimnames(values) <- setNames(lapply(dims, function(d) as.character(counterpart_ids(x, d))), dims)
  values
}

# A variable: a column for each of its dimensions, and its values in the column of its name.
counterpart_frame <- function(x, name) {
  values <- counterpart_array(x, name)
  dims <- names(dimnames(values))
  frame <- expand.grid(lapply(rev(setNames(dims, dims)), function(d) counterpart_ids(x, d)),
                       KEEP.OUT.ATTRS = FALSE, stringsAsFactors = FALSE)[dims]
  frame[[name]] <- as.vector(aperm(values, length(dims):1))
  attr(frame, "unit") <- counterpart_unit(x, name)
  frame
}

# Mean over the first dimension and half width of its interval.
counterpart_band <- function(values) {
  one <- function(v) {
    v <- v[!is.na(v)]
    n <- length(v)
    c(if (n > 0) mean(v) else NaN, if (n > 1) qt(0.975, n - 1) * sd(v) / sqrt(n) else NaN)
  }
  both <- apply(matrix(values, nrow = dim(values)[1]), 2, one)
  list(mean = both[1, ], half = both[2, ])
}

counterpart_ratio_band <- function(above, below) {
  n <- dim(above)[1]
  above <- matrix(above, nrow = n)
  below <- matrix(below, nrow = n)
  under <- colMeans(below)
  ratio <- ifelse(under > 0, colMeans(above) / under, NaN)
  rest <- sweep(above - sweep(below, 2, ratio, "*"), 2, ifelse(under > 0, under, 1), "/")
  list(mean = ratio, half = counterpart_band(rest)$half)
}

# A field of each replication; of one, their mean, where the file has sums over the replications.
counterpart_each <- function(x, name) {
  sums <- paste0(name, "_sum")
  if (name %in% names(x$file$var) || !sums %in% names(x$file$var)) return(counterpart_array(x, name))
  values <- counterpart_array(x, sums) / length(counterpart_ids(x, "replication"))
  array(values, c(1, dim(values)), c(list(replication = "mean"), dimnames(values)))
}

# [replication, time, by...]: the sum of fields over all other dimensions, where `where` says.
counterpart_sums <- function(x, names, by, where) {
  total <- 0
  for (name in names) {
    values <- counterpart_each(x, name)
    dims <- names(dimnames(values))
    if (!all(c("replication", "time") %in% dims)) stop("'", name, "' is no output field")
    if (!all(by %in% dims)) stop("'", name, "' is not by ", paste(setdiff(by, dims), collapse = ", "))
    for (dim in intersect(names(where), dims)) {
      at <- lapply(dims, function(d) if (d == dim) dimnames(values)[[d]] %in% where[[dim]] else TRUE)
      values <- do.call(`[`, c(list(values), at, list(drop = FALSE)))
    }
    total <- total + apply(values, c("replication", "time", by), sum)
  }
  total
}

# time, by..., mean, low, high of a field or one of counterpart_quantities:
# counterpart_series(run, "procedures", where = list(facility = "banner"))
counterpart_series <- function(x, name, by = character(), where = list()) {
  known <- counterpart_quantities[[name]]
  if (is.null(known)) known <- list(above = name, below = character(), scale = 1, unit = counterpart_unit(x, name))
  above <- counterpart_sums(x, known$above, by, where)
  band <- if (length(known$below) == 0) counterpart_band(above)
          else counterpart_ratio_band(above, counterpart_sums(x, known$below, by, where))
  labels <- c(list(time = counterpart_ids(x, "time")), dimnames(above)[by])
  frame <- expand.grid(labels, KEEP.OUT.ATTRS = FALSE, stringsAsFactors = FALSE)
  frame$mean <- known$scale * band$mean
  frame$low <- known$scale * (band$mean - band$half)
  frame$high <- known$scale * (band$mean + band$half)
  attr(frame, "unit") <- known$unit
  frame
}

# metric, unit, mean, low, high of a run; of a comparison with the scenario before them.
counterpart_summary <- function(x) {
  values <- counterpart_array(x, "metric_value")
  names <- counterpart_ids(x, "metric")
  units <- as.character(ncvar_get(x$file, "metric_unit"))
  one <- function(v) {
    band <- counterpart_band(v)
    data.frame(metric = names, unit = units, mean = band$mean, low = band$mean - band$half, high = band$mean + band$half)
  }
  if (x$kind != "comparison") return(one(values))
  labels <- counterpart_ids(x, "scenario")
  do.call(rbind, lapply(seq_along(labels), function(i)
    cbind(scenario = labels[i], one(array(values[i, , ], dim(values)[-1])))))
}

# What was reported beside what is simulated: a row a fact.
counterpart_targets <- function(x) {
  if (!"target" %in% names(x$file$dim)) return(NULL)
  band <- counterpart_band(counterpart_array(x, "target_value"))
  get <- function(name) as.vector(ncvar_get(x$file, name))
  data.frame(fact = counterpart_ids(x, "target"), role = get("target_role"), quantity = get("target_quantity"),
             unit = get("target_unit"), reported = get("target_reported"), least = get("target_low"),
             most = get("target_high"), mean = band$mean, low = band$mean - band$half, high = band$mean + band$half)
}

# place, name, lon, lat ... and likewise for "facility".
counterpart_companions <- function(x, dim = "place") {
  frame <- setNames(data.frame(counterpart_ids(x, dim)), dim)
  for (name in names(x$file$var))
    if (startsWith(name, paste0(dim, "_")) && x$file$var[[name]]$ndims == 1)
      frame[[substring(name, nchar(dim) + 2)]] <- as.vector(ncvar_get(x$file, name))
  frame
}

# place, facility, mean, low, high: patients of the place treated at the facility, after the warm-up.
counterpart_flows <- function(x) {
  if (is.null(x$file$var[["treated_at"]])) stop(x$path, ": does not say who is treated where")
  start <- as.POSIXct(ncatt_get(x$file, 0, "start")$value, tz = "UTC")
  after <- counterpart_ids(x, "time") >= start + 86400 * ncatt_get(x$file, 0, "warmup_days")$value
  band <- counterpart_band(apply(counterpart_array(x, "treated_at")[, after, , drop = FALSE], c(1, 3), sum))
  data.frame(place = as.vector(ncvar_get(x$file, "flow_place")), facility = as.vector(ncvar_get(x$file, "flow_facility")),
             mean = band$mean, low = band$mean - band$half, high = band$mean + band$half)
}

# Alternative less base, paired by replication: of two runs, or of a comparison.
counterpart_differences <- function(base, other = NULL) {
  one <- function(b, a, names, units, label) {
    band <- counterpart_band(a - b)
    data.frame(alternative = label, metric = names, unit = units, base = counterpart_band(b)$mean,
               mean = counterpart_band(a)$mean, difference = band$mean, low = band$mean - band$half,
               high = band$mean + band$half)
  }
  units <- as.character(ncvar_get(base$file, "metric_unit"))
  values <- counterpart_array(base, "metric_value")
  if (!is.null(other)) {
    if (!identical(base$seed, other$seed)) stop(base$path, " and ", other$path, " have different seeds")
    names <- intersect(colnames(values), counterpart_ids(other, "metric"))
    return(one(values[, names, drop = FALSE], counterpart_array(other, "metric_value")[, names, drop = FALSE], names,
               units[match(names, colnames(values))], other$label))
  }
  labels <- counterpart_ids(base, "scenario")
  names <- counterpart_ids(base, "metric")
  slice <- function(i) array(values[i, , ], dim(values)[-1])
  do.call(rbind, lapply(seq_along(labels)[-1], function(i) one(slice(1), slice(i), names, units, labels[i])))
}
