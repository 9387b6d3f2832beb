# Keys of models with jumps: missing, of another model, out of range; more jumps than a step takes, a jump over too many
# steps, sizes whose mean is beyond reason; a rate of 0; what a resolved scenario shows.
jumps() { sed "s/^  model: .*/  model: $1\n  jumps: $2/; s/volatility: 60%/&$3/" small.yaml >s.yaml; riskpool validate s.yaml; echo $?; }
sed "s/^  model: .*/  model: jump-diffusion/" small.yaml >s.yaml; riskpool validate s.yaml; echo $?
jumps jump-diffusion '{intensty: 5, mean: -4%, branching: 50%}'
jumps jump-diffusion '[1, 2]'
jumps gbm '{intensity: 5, mean: -4%, deviation: 3%}' ', jump_beta: 2'
jumps hawkes '{intensity: 5, mean: 400%, deviation: -1%, branching: 1}'
jumps jump-diffusion '{intensity: 1e6, mean: -4%, deviation: 3%, duration: 5 d, sizes: all}'
jumps jump-diffusion '{intensity: 5, mean: -250%, deviation: 50%}' ', jump_beta: -9, jump_probability: 101%'
jumps jump-diffusion '{intensity: 5, mean: 1%, deviation: 50%}' ', own_jumps: {intensity: 5, means: 1%}'
jumps heston '{intensity: 5, mean: 1%, deviation: 50%}' ', variance_volatility: 0, long_volatility: x'
jumps hawkes '{intensity: 0, mean: -4%, deviation: 3%, branching: 60%, half_life: 1 d}'
riskpool validate --resolved s.yaml | grep -A4 'model:'
sed "s/^  model: .*/  model: heston/; s/volatility: 60%/&, mean_reversion: 3, variance_volatility: 90%/" small.yaml >s.yaml
riskpool validate --resolved s.yaml | grep -A4 'model:'
riskpool validate --resolved s.yaml >r.yaml && riskpool validate --resolved r.yaml | diff - r.yaml && echo the same again
riskpool run -q -o a.h5 -P market.model=jump-diffusion -P market.jumps.intensity=5 -P market.jumps.mean=-4% -P market.jumps.deviation=3% -P market.assets.BTC.own_jumps.intensity=2 -P market.assets.BTC.own_jumps.mean=0 -P market.assets.BTC.own_jumps.deviation=3% small.yaml; echo $?
