riskpool run -q -o a.h5 small.yaml && riskpool show a.h5 | head -4 && riskpool show --csv a.h5 | head -2 &&
    riskpool show --markdown a.h5 | head -6 && riskpool show --json a.h5 | head -5
