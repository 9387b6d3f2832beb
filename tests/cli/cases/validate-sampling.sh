# A wrong word, a wrong flag, a wrong key; an odd number of paths that cannot pair, in the file and from the command line.
sed "s/^seed: .*/&\nsampling: {shocks: singel, antithetic: maybe, antithetc: true}/" small.yaml >s.yaml; riskpool validate s.yaml; echo $?
sed "s/^paths: .*/paths: 1001/; s/^seed: .*/&\nsampling: {antithetic: true}/" small.yaml >s.yaml; riskpool validate s.yaml; echo $?
riskpool run -q -n 999 -o a.h5 -P sampling.antithetic=true small.yaml; echo $?
riskpool run -q -n 998 -o a.h5 -P sampling.antithetic=true -P sampling.shocks=single small.yaml && riskpool validate --resolved -P sampling.antithetic=true small.yaml | grep sampling
