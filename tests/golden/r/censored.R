# Normal values, some only bounded: survreg with a gaussian distribution; profile log-likelihoods by dnorm and pnorm.
suppressMessages({library(survival); library(jsonlite)})
control <- survreg.control(maxiter = 200, rel.tolerance = 1e-13, toler.chol = 1e-13)
cases <- list(
  right = list(low = c(4.8, 5.1, 5.3, 5.0, 5.0), high = c(4.8, 5.1, 5.3, Inf, Inf)),
  left = list(low = c(8.2, 8.6, 8.9, -Inf), high = c(8.2, 8.6, 8.9, 8.0)),
  interval = list(low = c(6.1, 6.4, 6.0, 6.5, -Inf), high = c(6.1, 6.4, 6.9, 7.0, 6.2)),
  none = list(low = c(9.12, 9.31, 8.97, 9.21), high = c(9.12, 9.31, 8.97, 9.21)))
told <- function(d) {
  s <- Surv(ifelse(is.infinite(d$low), NA, d$low), ifelse(is.infinite(d$high), NA, d$high), type = "interval2")
  fit <- survreg(s ~ 1, dist = "gaussian", control = control)
  at <- coef(fit)[[1]] + c(-0.6, -0.3, 0.3, 0.6) * fit$scale
  log_likelihood <- function(m, sd) sum(ifelse(d$low == d$high, dnorm(d$low, m, sd, log = TRUE), log(pnorm(d$high, m, sd) - pnorm(d$low, m, sd))))
  profile <- sapply(at, function(m) optimize(function(l) log_likelihood(m, exp(l)), c(-5, 3), maximum = TRUE, tol = 1e-10)$objective)
  list(low = d$low, high = d$high, mean = coef(fit)[[1]], sd = fit$scale, log_likelihood = fit$loglik[2],
       se = sqrt(vcov(fit)[1, 1]), profile_at = at, profile = profile)
}
write_json(list(versions = list(R = R.version.string, survival = as.character(packageVersion("survival"))),
                cases = lapply(cases, told)), "censored.json", auto_unbox = TRUE, digits = 12, pretty = TRUE)
