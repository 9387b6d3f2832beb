riskpool validate regimes.yaml
three='regimes=[{name: a, duration: 1 d}, {name: b, duration: 1 d}, {name: c, duration: 1 d, next: {b: 1}}]'
riskpool validate small.yaml -P market.model=regimes
riskpool validate small.yaml -P "market.$three"
riskpool validate small.yaml -P market.model=regimes -P "market.$three"
riskpool validate small.yaml -P market.model=regimes -P 'market.regimes=[{name: a, duration: 1 d, next: {b: 1}}, {name: b, duration: 1 d, next: {c: 1}}, {name: c, duration: 1 d, next: {b: 1}}]'
riskpool validate small.yaml -P market.model=regimes -P 'market.regimes=[]'
cat >matrices.yaml <<'YAML'
name: matrices
horizon: 1 d
market:
  model: regimes
  regimes:
    - {name: a, duration: 1 d, correlation: {file: a.csv}}
    - name: b
      duration: 1 d
      correlation: [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    - {name: c, duration: 1 d, correlation: {file: c.csv}}
  assets:
    - {name: A, price: 1, volatility: 60%}
    - {name: B, price: 1, volatility: 60%}
    - {name: C, price: 1, volatility: 60%}
  correlation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
account: {balance: 3000}
positions:
  - {name: btc, asset: A, side: long, notional: 20000, margin: 1000}
YAML
printf ',B,A,C\nA,0.5,1,0.1\nB,1,0.5,0.2\nC,0.2,0.1,1\n' >a.csv
printf '1,0\n0,1\n' >c.csv
riskpool validate matrices.yaml
printf '1,0,0\n0,1,0.4\n0,0.4,1\n' >c.csv
riskpool validate --resolved matrices.yaml -P market.repair=nearest >again.yaml && sed -n '/^market/,/^account/p' again.yaml
riskpool validate --resolved again.yaml | diff again.yaml - && echo the same again
riskpool validate --resolved small.yaml -P market.model=regimes -P "market.$three" | sed -n '/^market/,/^account/p'
