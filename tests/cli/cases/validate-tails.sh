# Keys of other models, keys that are missing, numbers out of range, variances that never return, steps that do not fit.
market() { sed "s/^  model: .*/  model: $1/" small.yaml; }
market student-t >s.yaml; riskpool validate s.yaml; echo $?
market "student-t\n  degrees_of_freedom: 2\n  garch_step: 1 d" >s.yaml; riskpool validate s.yaml; echo $?
market "student-t\n  degrees_of_freedom: 4" | sed "s/name: BTC,/name: BTC, alpha: 0.1, degrees_of_freedom: 1,/" >s.yaml; riskpool validate s.yaml; echo $?
market garch-t >s.yaml; riskpool validate s.yaml; echo $?
market "garch-t\n  garch_step: 90 min" | sed "s/name: BTC,/name: BTC, alpha: 0.2, beta: 0.8,/" >s.yaml; riskpool validate s.yaml; echo $?
market "garch-t\n  degrees_of_freedom: 5" | sed "s/name: BTC,/name: BTC, alpha: -0.2, beta: 1.8, degrees_of_freedom: 3,/" >s.yaml; riskpool validate s.yaml; echo $?
market gbm | sed "s/name: BTC,/name: BTC, beta: 0.8,/" >s.yaml; riskpool validate s.yaml; echo $?
# A limit on a mean that does not exist is breached.
market "student-t\n  degrees_of_freedom: 4" >s.yaml; riskpool run -q -o a.h5 -P "limits={isolated.mean_loss: 1e9, isolated.expected_shortfall.99%: 1e9}" s.yaml; echo $?; riskpool show a.h5
