# Two published tables (G. Koncevicius 2016, "Binding Assay Exercise"), fitted with nls; limits by MASS profiles.
suppressMessages({library(MASS); library(jsonlite)})
conc <- c(2.4, 4.8, 7.2, 9.6, 14.4, 36, 72)
total <- c(8.49, 13.8, 19.38, 24.45, 33.12, 62.34, 99.12)
ns <- c(2.01, 3.39, 4.5, 6.51, 9.54, 27.27, 57.3)
control <- nls.control(maxiter = 500, tol = 1e-5, minFactor = 1e-10)
both <- data.frame(L = c(conc, conc), y = c(total, ns), s = rep(c(1, 0), each = 7))
specific <- data.frame(L = conc, y = total - ns)

told <- function(fit) {
  limits <- suppressMessages(confint(fit))
  list(coef = as.list(coef(fit)), se = as.list(coef(summary(fit))[, 2]), rss = deviance(fit), df = df.residual(fit),
       log_likelihood = as.numeric(logLik(fit)), low = as.list(limits[, 1]), high = as.list(limits[, 2]))
}
subtracted <- nls(y ~ Bmax * L / (10^lKd + L), specific, start = list(Bmax = 50, lKd = log10(18)), control = control)
global <- nls(y ~ NS * L + s * Bmax * L / (10^lKd + L), both, start = list(Bmax = 50, lKd = log10(18), NS = 0.8), control = control)
with_background <- nls(y ~ B + NS * L + s * Bmax * L / (10^lKd + L), both,
                       start = list(Bmax = 50, lKd = log10(18), NS = 0.8, B = 0.1), control = control)
test <- anova(global, with_background)

log10M <- c(-6, -6.5, -7, -7.5, -8, -8.5, -9, -9.5, -10, -10.5, -11)
compounds <- list(compound1 = c(0, 6, 1, 3, 61, 88, 93, 114, 116, 125, 128),
                  compound2 = c(0, 0, 0, 2, 9, 33, 61, 99, 118, 125, 126),
                  compound3 = c(0, 2, 2, 6, 20, 45, 74, 104, 120, 129, 128))
three <- lapply(compounds, function(y) nls(y ~ bottom + (top - bottom) / (1 + 10^(x - lIC50)), data.frame(x = log10M, y = y),
                start = list(top = 125, bottom = 0, lIC50 = -8.5), control = control))
four <- lapply(compounds, function(y) nls(y ~ bottom + (top - bottom) / (1 + 10^(hill * (x - lIC50))), data.frame(x = log10M, y = y),
               start = list(top = 125, bottom = 0, lIC50 = -8.5, hill = 1), control = control))
hill <- mapply(function(a, b) { t <- anova(a, b); list(F = t$`F value`[2], p = t$`Pr(>F)`[2]) }, three, four, SIMPLIFY = FALSE)

write_json(list(
  versions = list(R = R.version.string, MASS = as.character(packageVersion("MASS"))),
  saturation = list(conc_nM = conc, total = total, nonspecific = ns, subtracted = told(subtracted), global = told(global),
                    with_background = told(with_background), background = list(F = test$`F value`[2], p = test$`Pr(>F)`[2])),
  competition = list(log10_M = log10M, readings = compounds, three = lapply(three, told),
                     four = lapply(four, told), hill_is_1 = hill)),
  "published_tables.json", auto_unbox = TRUE, digits = 12, pretty = TRUE)
