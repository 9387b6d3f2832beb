# Itself, another seed, another volatility, other modes; as JSON; what is none.
riskpool run -q -o a.h5 three.yaml && riskpool run -q -o b.h5 three.yaml --seed 8 &&
    riskpool run -q -o c.h5 three.yaml -P market.assets.C.volatility=120% && riskpool run -q -o d.h5 three.yaml --modes cross
riskpool compare a.h5 a.h5; echo $?
riskpool compare a.h5 b.h5; echo $?
riskpool compare a.h5 c.h5; echo $?
riskpool compare a.h5 d.h5; echo $?
riskpool compare a.h5 a.h5 --all >all; head -5 all
riskpool compare --json a.h5 c.h5 >c.json; echo $?; head -12 c.json
riskpool compare a.h5; echo $?
riskpool compare a.h5 nowhere.h5; echo $?
riskpool compare a.h5 three.yaml; echo $?
# So few paths that some numbers have no error.
riskpool run -q -o e.h5 three.yaml -n 100 && riskpool run -q -o f.h5 three.yaml -n 100 --seed 8
riskpool compare e.h5 f.h5; echo $?
riskpool compare e.h5 f.h5 --all | grep 'not known'
