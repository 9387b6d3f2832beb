for options in "--method ledoit-wolff" "--method shrink" "--method shrink:2" "--method ewma:1.5" "--method ewma:0d" \
    "--method ewma:x" "--method sample:3" "--model garch" "--model heston" "--from 2023-02-30" "--from 2023-02-01 --to 2023-01-01" \
    "--window x" "--window a=2023-01-02..2023-01-01" "--window a=1..2" "--columns ," "other.csv" "--frm 2023"; do
    riskpool calibrate prices.csv $options
    echo "$options: $?"
done
riskpool calibrate
