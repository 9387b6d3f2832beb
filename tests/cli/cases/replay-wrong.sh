riskpool run -q -n 500 -o a.h5 small.yaml
riskpool replay a.h5; echo $?
riskpool replay a.h5 --path 500; echo $?
riskpool replay a.h5 --path x; echo $?
riskpool replay a.h5 --worst nobody; echo $?
riskpool replay a.h5 --path 1 --worst cross; echo $?
riskpool replay nowhere.h5 --path 1; echo $?
riskpool replay small.yaml --path 1; echo $?
