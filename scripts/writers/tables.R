# R: data.table's fwrite, readr's write_csv and write_csv2, and write.csv, of one table: a run without a value, a run
# that diverged, truth values and words.
arguments <- commandArgs(trailingOnly = TRUE)
directory <- arguments[1]
set.seed(1)
runs <- expand.grid(seed = 1:6, optimizer = c("sgd", "adam"), stringsAsFactors = FALSE)
runs$amsgrad <- runs$optimizer == "adam"
runs$val_loss <- 0.5 - 0.1 * runs$amsgrad + rnorm(12, sd = 0.02)
runs$val_loss[3] <- NA
runs$val_loss[12] <- Inf
if (requireNamespace("data.table", quietly = TRUE)) {
    data.table::fwrite(runs, file.path(directory, "fwrite.csv"))
    data.table::fwrite(runs, file.path(directory, "fwrite_commas.csv"), sep = ";", dec = ",")
    cat("data.table", as.character(packageVersion("data.table")), "")
}
if (requireNamespace("readr", quietly = TRUE)) {
    readr::write_csv(runs, file.path(directory, "readr.csv"))
    readr::write_csv2(runs, file.path(directory, "readr_commas.csv"))
    cat("readr", as.character(packageVersion("readr")), "")
}
write.csv(runs, file.path(directory, "write_csv.csv"))
cat(R.version.string, "\n")
