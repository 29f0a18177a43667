# The 27 nonlinear sets of NIST by nls (Gauss-Newton and port) and minpack.lm's nlsLM, from both starts.
library(jsonlite)
library(minpack.lm)

folder <- file.path("..", "..", "numerics", "nist")
sets <- fromJSON(file.path(folder, "sets.json"), simplifyVector = FALSE)

# Defaults throughout, but for more iterations.
fit <- function(how, formula, data, start) {
  found <- tryCatch(suppressWarnings(switch(how,
    nls = nls(formula, data, start, control = nls.control(maxiter = 1000)),
    port = nls(formula, data, start, algorithm = "port", control = nls.control(maxiter = 1000)),
    nlsLM = nlsLM(formula, data, start, control = nls.lm.control(maxiter = 1000, maxfev = 100000))
  )), error = function(e) conditionMessage(e))
  if (is.character(found)) return(list(error = unbox(found)))
  list(
    parameters = unname(coef(found)),
    standard_deviations = tryCatch(unname(summary(found)$coefficients[, 2]), error = function(e) NULL),
    rss = unbox(deviance(found))
  )
}

out <- list()
for (set in sets) {
  data <- read.csv(file.path(folder, paste0(set$name, ".csv")))
  formula <- as.formula(paste(set$response, "~", set$model))
  for (which in 1:2) {
    start <- setNames(lapply(set$starts[[which]], as.numeric), paste0("b", seq_along(set$starts[[which]])))
    for (how in c("nls", "port", "nlsLM")) {
      out[[set$name]][[how]][[which]] <- fit(how, formula, data, start)
    }
  }
}
out$versions <- list(
  R = unbox(as.character(getRversion())), minpack.lm = unbox(as.character(packageVersion("minpack.lm")))
)
write(toJSON(out, digits = 15, pretty = TRUE, null = "null"), "nist.json")
