riskpool show small.yaml; echo $?
riskpool show nowhere.h5; echo $?
riskpool show; echo $?
