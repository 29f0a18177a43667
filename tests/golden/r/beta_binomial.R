# Beta-binomial counts of fields: likelihood written with lbeta, optimised by optim, profiled with the
# other parameters optimised anew. A sigmoid of proportions with shifts of blocks on the logit: weighted
# binomial deviance, correlation for which Pearson's statistic equals its degrees of freedom.
suppressMessages(library(jsonlite))
fine <- list(reltol = 1e-15, maxit = 5000)
beta_binomial <- function(y, n, g) {
  k <- max(g)
  ll <- function(p, rho) { a <- p[g] * (1 - rho) / rho; b <- (1 - p[g]) * (1 - rho) / rho; sum(lchoose(n, y) + lbeta(a + y, b + n - y) - lbeta(a, b)) }
  nl <- function(t) -ll(plogis(t[1:k]), plogis(t[k + 1]))
  f <- optim(c(rep(-0.5, k), -1), nl, method = "BFGS", control = fine)
  cut <- -f$value - qchisq(0.95, 1) / 2
  profile <- function(i) function(v) { u <- f$par; -optim(f$par[-i], function(t) { u[-i] <- t; u[i] <- v; nl(u) }, method = "BFGS", control = fine)$value - cut }
  ends <- lapply(1:(k + 1), function(i) plogis(c(uniroot(profile(i), c(f$par[i] - 4, f$par[i]), tol = 1e-11)$root, uniroot(profile(i), c(f$par[i], f$par[i] + 4), tol = 1e-11)$root)))
  list(y = y, n = n, g = g, estimates = plogis(f$par), limits = ends, log_likelihood = -f$value,
       binomial = sum(dbinom(y, n, (tapply(y, g, sum) / tapply(n, g, sum))[g], log = TRUE)))
}
wide <- beta_binomial(c(1, 7, 2, 15, 2, 9, 24, 10, 3, 9, 20, 0), c(21, 25, 18, 30, 15, 27, 25, 22, 28, 24, 31, 20), rep(1:2, each = 6))
three <- beta_binomial(c(4, 9, 12, 3, 30, 22, 41, 18, 60, 51, 44, 72), c(80, 95, 77, 90, 88, 101, 93, 70, 99, 105, 84, 110), rep(1:3, each = 4))
set.seed(20267)
concentration <- rep(c(0, 0.03, 0.1, 0.3, 1, 3, 10), 4); block <- rep(1:4, each = 7)
shift <- c(-0.4, 0.1, 0.5, -0.2); n <- 180 + 10 * (seq_along(block) %% 5)
p <- plogis(qlogis(0.25 + 0.35 * concentration / (concentration + 0.6)) + shift[block]); rho <- 0.01
y <- rbinom(length(p), n, rbeta(length(p), p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho))
curve <- function(t) { u <- c(t[5:7], -sum(t[5:7])); m <- plogis(t[1]) + (plogis(t[2]) - plogis(t[1])) * plogis(exp(t[4]) * (log(concentration) - log(10) * t[3])); plogis(qlogis(m) + u[block]) }
deviance <- function(t, w) { q <- curve(t); 2 * sum(w * (dbinom(y, n, y / n, log = TRUE) - dbinom(y, n, q, log = TRUE))) }
best <- function(start, w, hold = 0, at = 0) {
  f <- function(s) { t <- numeric(7); t[setdiff(1:7, hold)] <- s; if (hold) t[hold] <- at; deviance(t, w) }
  s <- if (hold) start[-hold] else start
  for (again in 1:4) s <- optim(s, f, method = "BFGS", control = fine)$par
  optim(s, f, method = "BFGS", control = fine)
}
df <- length(y) - 7; w <- rep(1, length(y)); start <- c(-1, 0.4, -0.2, 0, 0, 0, 0); r <- 0
for (again in 1:12) {
  found <- best(start, w); start <- found$par; q <- curve(start)
  pearson <- (y - n * q)^2 / (n * q * (1 - q))
  r <- if (sum(pearson) <= df) 0 else uniroot(function(r) sum(pearson / (1 + (n - 1) * r)) - df, c(0, 0.9), tol = 1e-14)$root
  w <- 1 / (1 + (n - 1) * r)
}
found <- best(start, w); cut <- found$value + qf(0.95, 1, df)
profile <- function(k) function(v) best(found$par, w, k, v)$value - cut
ends <- function(k, far) c(uniroot(profile(k), found$par[k] + c(-far, 0), tol = 1e-8)$root, uniroot(profile(k), found$par[k] + c(0, far), tol = 1e-8)$root)
write_json(list(versions = list(R = R.version.string), wide = wide, three = three,
  curve = list(concentration = concentration, y = y, n = n, block = block, bottom = plogis(found$par[1]), top = plogis(found$par[2]),
    log10_ec50 = found$par[3], hill = exp(found$par[4]), shifts = c(found$par[5:7], -sum(found$par[5:7])), correlation = r, deviance = found$value, df = df,
    ec50_limits = ends(3, 0.45), bottom_limits = plogis(ends(1, 0.5)), top_limits = plogis(ends(2, 0.5)))),
  "beta_binomial.json", auto_unbox = TRUE, digits = 12, pretty = TRUE)
