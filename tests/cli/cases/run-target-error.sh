# More paths until the error is small enough; the same as asking for as many at once, but for the number in the scenario.
riskpool run -q -o a.h5 -n 4096 --target-error 0.02 small.yaml && riskpool show --json a.h5 | grep '"paths"'
